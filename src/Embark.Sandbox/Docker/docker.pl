#!/usr/bin/perl
# docker of the sandbox's VM: hands its words to the stand-in engine and passes on what it answers.
# Perl, because it is on every Debian and starts in a tenth of the time of a .NET program.
use strict;
use Socket;
$| = 1;
my $socket = '/var/run/docker.sock';
$socket = $1 if ($ENV{DOCKER_HOST} // '') =~ m{^unix://(.+)};
if (@ARGV == 1 && $ARGV[0] =~ /^(--version|-v)$/) {
    print "Docker version 20.10.24-embark, build sandbox\n";
    exit 0;
}

socket(my $engine, PF_UNIX, SOCK_STREAM, 0) or die "docker: socket: $!\n";
unless (connect($engine, sockaddr_un($socket))) {
    if ($!{EACCES}) {
        print STDERR "Got permission denied while trying to connect to the Docker daemon socket at unix://$socket: ",
            "dial unix $socket: connect: permission denied\n";
    } else {
        print STDERR "Cannot connect to the Docker daemon at unix://$socket. Is the docker daemon running?\n";
    }
    exit($ARGV[0] =~ /^(run|create)$/ ? 125 : 1);
}

# The client reads environment files with the caller's rights, as docker's does.
my (@files, @words);
for (my $i = 0; $i < @ARGV; $i++) {
    my $path = $ARGV[$i] =~ /^--env-file=(.*)/s ? $1 : $ARGV[$i] eq '--env-file' ? $ARGV[$i + 1] : next;
    if (open(my $file, '<:raw', $path)) {
        local $/;
        push @files, $path, '', scalar(<$file>) // '';
    } else {
        push @files, $path, "open $path: " . lc($!), '';
    }
}
my @env = map { "$_=$ENV{$_}" } sort keys %ENV;
my $cwd = readlink('/proc/self/cwd') // '/';
my $request = join '', map { length($_) . ':' . $_ . ',' } 'docker1', $cwd, scalar(@ARGV), @ARGV, scalar(@files) / 3, @files, scalar(@env), @env;
send_all($request);

$SIG{PIPE} = 'IGNORE';
my ($buffer, $stdin) = ('', 0);
while (1) {
    my $ready = '';
    vec($ready, fileno($engine), 1) = 1;
    vec($ready, 0, 1) = 1 if $stdin;
    next if select($ready, undef, undef, undef) < 0;
    if ($stdin && vec($ready, 0, 1)) {
        my $got = sysread(STDIN, my $bytes, 65536);
        if ($got) { send_all($bytes) } else { $stdin = 0; shutdown($engine, 1) }
    }
    next unless vec($ready, fileno($engine), 1);
    my $got = sysread($engine, $buffer, 65536, length $buffer);
    unless ($got) {
        print STDERR "error during connect: the engine closed the connection\n";
        exit 1;
    }
    while (length $buffer >= 5) {
        my ($kind, $length) = unpack 'aN', $buffer;
        last if length $buffer < 5 + $length;
        my $payload = substr $buffer, 5, $length;
        substr($buffer, 0, 5 + $length) = '';
        if ($kind eq 'o') { syswrite_all(*STDOUT, $payload) }
        elsif ($kind eq 'e') { syswrite_all(*STDERR, $payload) }
        elsif ($kind eq 'i') { $stdin = 1 }
        elsif ($kind eq 'x') { exit $payload }
    }
}

sub send_all { syswrite_all($engine, $_[0]) }

sub syswrite_all {
    my ($handle, $bytes) = @_;
    my $at = 0;
    while ($at < length $bytes) {
        my $wrote = syswrite($handle, $bytes, length($bytes) - $at, $at) // exit 1;
        $at += $wrote;
    }
}

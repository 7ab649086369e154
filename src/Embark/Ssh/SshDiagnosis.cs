using Kind = Embark.Ssh.SshFailureKind;

namespace Embark.Ssh;

/// <summary>Turns a failed connection into what the user reads; asks ssh-keygen where ssh's own words do not tell.</summary>
internal sealed class SshDiagnosis(SshTarget target, SshOptions options)
{
    private static readonly TimeSpan LocalLimit = TimeSpan.FromSeconds(10);

    public async Task<EmbarkException> ExplainAsync(SshFailure failure, IReadOnlyList<string> lines, string remoteWords, CancellationToken cancellationToken)
    {
        var at = failure.Jump is null ? $"{target}" : $"{target}, at its jump host {failure.Jump}";
        var (what, fix) = failure.Kind switch
        {
            Kind.UnknownHostKey => UnknownKey(failure, lines),
            Kind.Denied => await DeniedAsync(lines, cancellationToken),
            Kind.OtherClient => await ClientAsync("is not an OpenSSH client", failure.Detail, cancellationToken),
            Kind.OldClient => await ClientAsync($"does not know the option {SshFailureReader.UnknownOption(lines) ?? "it was given"}", failure.Detail, cancellationToken),
            Kind.ShellEnded => ($"the login shell of {target.User} does not run 'sh -s'. It said: {(remoteWords.Length > 0 ? remoteWords : "nothing")}",
                "allow the user a shell: no nologin, no ForceCommand, no 'exit' in its ~/.bashrc"),
            var kind => Words(kind, failure.Detail),
        };
        return new EmbarkException(failure.Class, $"{at}: {what}", fix);
    }

    private (string What, string? Fix) Words(Kind kind, string detail) => kind switch
    {
        Kind.NameNotFound => ($"name not found (DNS): {detail}", "check the host's name, or give its address"),
        Kind.NoRoute => ($"no route to the host: {detail}", "check the address and the network between here and there"),
        Kind.Refused => ($"connection refused: {detail}", $"check that sshd runs there and listens on port {target.Port}"),
        Kind.ConnectTimeout => ($"no answer, connect timed out after {options.ConnectTimeout.TotalSeconds:0} s: {detail}", "check address, port and firewalls (embark firewall NAME lists the rules)"),
        Kind.Silent => ($"the port is open but nothing was said: timed out during banner exchange after {options.ConnectTimeout.TotalSeconds:0} s", $"check that it is an SSH server that listens on port {target.Port}, and how loaded it is"),
        Kind.NotSsh => ($"what answers there is not an SSH server: {detail}", $"check the port: {target.Port}"),
        Kind.ClosedEarly => ($"the server closes the connection before it says anything: {detail}", "it may have too many logins at once (sshd MaxStartups), refuse this address, or be no SSH server"),
        Kind.NoCommonAlgorithm => ($"client and server have no algorithm in common: {detail}", "update the older of the two"),
        Kind.ChangedHostKey => ("the host key has CHANGED since it was pinned. Someone may be between you and the VM", $"if the VM was rebuilt, and only then, remove the old key ({Removal()}) and pin the new one (embark trust {target})"),
        Kind.RevokedHostKey => ("its host key is marked as revoked", "give the VM a new host key; there is no way around a revoked one"),
        Kind.HostCertificate => ($"its host certificate is not valid: {detail}", "have the certificate authority sign the host key anew, for this host name"),
        Kind.TooManyKeys => ("too many authentication failures: the agent offers more keys than the server tries", "name the right key with --ssh-key, which offers that one only"),
        Kind.KeyFileOpen => ($"ssh ignored the private key, as others may read it: {detail}", "chmod 600 the key file"),
        Kind.KeyFileMissing => ($"the private key file is not there: {options.KeyFile}", "check --ssh-key and IdentityFile"),
        Kind.KeyFileBroken => ($"the private key file cannot be read as a key: {options.KeyFile}", "check --ssh-key and IdentityFile"),
        Kind.PasswordOnly => ($"login denied: the server takes passwords only: {detail}", "put a key on the VM (ssh-copy-id), or use --ssh-password on a terminal"),
        Kind.ForwardingForbidden => ($"the jump host forbids forwarding: {detail}", "allow TCP forwarding to the VM there (sshd AllowTcpForwarding)"),
        Kind.JumpCannotReach => ($"the jump host cannot reach the VM: {detail}", $"check address and port {target.Port} as seen from the jump host"),
        Kind.BadConfig => ($"ssh refuses its configuration: {detail}", "mend the ssh_config, or name another with --ssh-config"),
        Kind.Frozen => ($"the link is frozen: {detail}", "run again when the network is well"),
        Kind.Cut => ($"the connection was cut: {detail}", "run again"),
        Kind.LoginSlow => ($"the login did not come to its end in time. {detail}".TrimEnd(), "log in by hand and see what it waits for"),
        _ => (detail.Length > 0 ? detail : "ssh failed without a word", "try the same with ssh -v by hand"),
    };

    private (string What, string? Fix) UnknownKey(SshFailure failure, IReadOnlyList<string> lines)
    {
        if (failure.Jump is not null)
            return ("the host key of the jump host is not known", $"log in to it once by hand: ssh {failure.Jump}");
        var key = SshFailureReader.ServerKey(lines) is var (type, fingerprint) ? $"{type} {fingerprint}" : failure.Detail;
        var why = target.DiffersFromAddress ? ", and it is not the entry's own address" : "";
        return ($"its host key is not known{why}: {key}", $"compare the fingerprint on the VM (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: embark trust {target}");
    }

    // ssh says the same for a key the server does not want and for one it could not unlock: reliability row 52.
    private async Task<(string What, string? Fix)> DeniedAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        foreach (var file in SshFailureReader.KeyFiles(lines).Select(Expand).Where(File.Exists))
        {
            var answer = await ChildProcess.RunAsync("ssh-keygen", ["-y", "-P", "", "-f", file], options.Variables, LocalLimit, cancellationToken);
            if (answer is { ExitCode: not 0 } && answer.Value.Error.Contains("passphrase", StringComparison.Ordinal))
                return ($"login denied; the key is locked by a passphrase: {file}", $"use ssh-add {file}");
        }
        var tried = SshFailureReader.KeyFiles(lines);
        var said = lines.LastOrDefault(line => line.Contains("Permission denied", StringComparison.Ordinal)) ?? "no key was accepted";
        return ($"login denied: {RemoteText.Tail(said, 200)}; {(tried.Count > 0 ? $"tried {RemoteText.Tail(string.Join(", ", tried), 300)}" : "no key to try")}",
            $"put your public key into ~{target.User}/.ssh/authorized_keys on the VM, load it into the agent, or name it with --ssh-key");
    }

    private async Task<(string What, string? Fix)> ClientAsync(string what, string detail, CancellationToken cancellationToken)
    {
        var version = await ChildProcess.RunAsync(options.Client, ["-V"], options.Variables, LocalLimit, cancellationToken);
        var name = RemoteText.Tail(version is null ? "?" : version.Value.Error + version.Value.Output, 100);
        return ($"the ssh client '{options.Client}' ({name}) {what}. {detail}".TrimEnd(), "use OpenSSH 7.6 or later");
    }

    private string Removal()
    {
        var name = target.Port == 22 ? target.Host : $"[{target.Host}]:{target.Port}";
        return $"ssh-keygen -R {ShellQuote.Quote(name)}" + (KnownHosts.HasEntries(options.KnownHostsFile) ? $" -f {ShellQuote.Quote(options.KnownHostsFile)}, or without -f for your own known_hosts" : "");
    }

    private static string Expand(string file) =>
        file.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), file[2..]) : file;
}

using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Vm;

/// <summary>The texts a VM is made from: its specification, sshd_config, and the operator's ssh_config and known_hosts.</summary>
internal static class VmSetup
{
    public static HostSpec SpecFor(VmOptions options, SshKeys keys) => new("ratings-vm")
    {
        Setup = Programs.Script("vm.sh"),
        Variables = new Dictionary<string, string>
        {
            ["VM_USER"] = options.User,
            ["VM_UID"] = $"{options.Uid}",
            ["VM_SHELL"] = options.Shell,
            ["VM_BARE"] = options.Bare ? "1" : "",
            ["VM_DOCKER"] = $"{options.Docker}",
            ["VM_DOCKER_MEMBER"] = options.UserMayUseDocker ? options.User : "",
            ["VM_DOCKER_CLIENT"] = Programs.Script("docker.pl"),
            ["VM_AUTHORIZED_KEY"] = keys.UserPublic,
            ["VM_HOST_KEY"] = keys.HostKey,
            ["VM_SSHD_CONFIG"] = SshdConfig(options),
        },
    };

    /// <summary>Where the registry of the sandbox's images listens on a VM with a real engine.</summary>
    public const string Registry = "127.0.0.1:5000";

    private static readonly string[] DockerPrograms = ["dockerd", "docker", "runc"];

    /// <summary>Words of dockerd: everything below tmpfs, no networks of its own, and its control groups where the sandbox sweeps.</summary>
    public static IReadOnlyList<string> DockerDaemon(string controlGroup) =>
    [
        "dockerd", "-H", "unix:///run/docker.sock", "--group", "docker", "--data-root", "/var/lib/docker", "--exec-root", "/run/docker",
        "--pidfile", "/run/docker.pid", "--bridge", "none", "--iptables=false", "--ip6tables=false", "--cgroup-parent", $"/{controlGroup}",
        "--registry-mirror", $"http://{Registry}",
    ];

    /// <summary>The real engine needs its programs, and root.</summary>
    public static void RequireDockerDaemon(bool rootless)
    {
        if (rootless)
            throw new SandboxException("--engine docker needs root", "run it as root, or without --engine docker: the stand-in needs none");
        if (DockerPrograms.Where(program => Ground.FindProgram(program) is null).ToList() is { Count: > 0 } missing)
            throw new SandboxException($"--engine docker needs programs that are not installed: {string.Join(", ", missing)}", "apt-get install docker.io");
    }

    // No PAM: the VM's users exist only in its own files, and the machine's PAM stack may need services that do not run there.
    private static string SshdConfig(VmOptions options) => $"""
        Port {options.SshPort}
        HostKey /etc/ssh/ssh_host_ed25519_key
        PidFile none
        UsePAM no
        UseDNS no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin {(options.Bare ? "prohibit-password" : "no")}
        PrintMotd no
        Subsystem sftp internal-sftp
        """;

    public static string KnownHosts(IReadOnlyList<string> names, int port, SshKeys keys) =>
        string.Concat(names.Select(name => $"{(port == 22 ? name : $"[{name}]:{port}")} {keys.HostPublic}\n"));

    /// <summary>Reaches the VM by its address from anywhere on the machine; the user is left to the caller.</summary>
    public static string SshConfig(IReadOnlyList<string> names, IReadOnlyList<string> relay, SshKeys keys, string knownHosts) => $"""
        Host {string.Join(' ', names)}
            ProxyCommand {string.Join(' ', relay.Select(Quote))} %h %p
            IdentityFile {keys.UserKey}
            IdentitiesOnly yes
            UserKnownHostsFile {knownHosts}
            GlobalKnownHostsFile /dev/null
            StrictHostKeyChecking yes

        """;

    // ssh expands % and then gives the line to the user's shell.
    private static string Quote(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '.')
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal)}'";
}

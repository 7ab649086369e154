using Embark.Mesh;

namespace Embark.Planning;

/// <summary>The docker words of sidecar-bootstrap 5.5 and 6.2, modern form.</summary>
internal sealed record ModernContainer(MeshSettings Mesh, WorkloadEntry Workload, VmFacts? Facts, string Image, IReadOnlyList<string> HostAliases)
{
    /// <summary>Which cluster it is for, where it is known; no part of the plan's hash.</summary>
    public string? Cluster { get; init; }

    private JoinOptions Options => Workload.Vm.Options;

    private string Uid => Facts is null ? Placeholder.Uid : Facts.Uid.ToText();

    private string Gid => Facts is null ? Placeholder.Gid : Facts.Gid.ToText();

    private string GidOfUser => Facts is null ? Placeholder.GidOf(Workload.Vm.Ssh.User) : Facts.Gid.ToText();

    /// <summary>Value of <c>--user</c>: the SSH user itself, so that files need no group tricks; root where ports below 1024 are wanted.</summary>
    public string User => Options.PrivilegedPorts ? "0:0" : $"{Uid}:{GidOfUser}";

    public ContainerSpec Proxy(VmPaths paths, string hash) => Spec("proxy", Workload.Vm.ContainerName, paths, hash, Workload.Vm.Ports);

    /// <summary>The temporary proxy of 5.7, with files of its own.</summary>
    public ContainerSpec Bridge(VmPaths paths, string hash) => Spec("bridge", $"{Workload.Vm.ContainerName}.bridge", paths.Bridge, hash, Workload.Vm.Ports.Beside);

    private ContainerSpec Spec(string role, string name, VmPaths paths, string hash, AgentPorts ports) => new()
    {
        Name = name,
        Image = Image,
        EnvironmentFile = paths.Environment,
        Ports = ports,
        Mounts = Mounts(paths),
        Options =
        [
            "--name", name, "--restart", "unless-stopped", "--network", "host",
            .. Limits(),
            "--user", User, .. Privileges(), "--read-only",
            "--tmpfs", Tmpfs("/etc/istio/proxy", "64m"), "--tmpfs", Tmpfs("/var/lib/istio/data", "256m"),
            "--tmpfs", Tmpfs("/var/run/secrets/workload-spiffe-uds", "1m"),
            .. Mounts(paths).SelectMany(mount => new[] { "--mount", $"type=bind,source={mount.Source},target={mount.Target}{(mount.ReadOnly ? ",readonly" : "")}" }),
            "--env-file", paths.Environment,
            .. HostAliases.SelectMany(alias => new[] { "--add-host", alias }),
            .. EmbarkLabels.Words(role, Workload.Name, Cluster, Profile.Modern, hash),
        ],
        Arguments =
        [
            "proxy", "sidecar", "--proxyLogLevel",
            $"{Workload.Vm.LogLevel ?? Mesh.LogLevel ?? "warning"},{Workload.Vm.ComponentLogLevel ?? Mesh.ComponentLogLevel ?? "misc:error"}",
            .. Workload.Vm.AgentLogLevel is { } level ? new[] { "--log_output_level", level } : [],
        ],
    };

    private static ContainerMount[] Mounts(VmPaths paths) =>
        [new(paths.Tokens, "/var/run/secrets/tokens", ReadOnly: true), new(paths.Certificates, "/etc/certs", ReadOnly: false)];

    /// <summary>Logs may not fill the disk (decision 5); the driver is named because only some know these options.</summary>
    private IEnumerable<string> Limits() =>
    [
        "--log-driver", "json-file", "--log-opt", "max-size=10m", "--log-opt", "max-file=3",
        .. Options.Memory is { } memory ? new[] { "--memory", memory } : [],
        .. Options.Cpus is { } cpus ? new[] { "--cpus", cpus } : [],
    ];

    private IEnumerable<string> Privileges() =>
    [
        .. Options.PrivilegedPorts ? new[] { "--group-add", GidOfUser } : [],
        "--cap-drop", "ALL",
        .. Options.PrivilegedPorts ? new[] { "--cap-add", "NET_BIND_SERVICE" } : [],
        "--security-opt", "no-new-privileges",
    ];

    private string Tmpfs(string path, string size)
    {
        var (uid, gid) = Options.PrivilegedPorts ? ("0", "0") : (Uid, Gid);
        return $"{path}:rw,noexec,nosuid,nodev,size={size},uid={uid},gid={gid},mode=0750";
    }
}

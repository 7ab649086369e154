namespace Embark.Sandbox.Vm;

/// <summary>How the VM differs from the guide's.</summary>
internal sealed record VmOptions
{
    /// <summary>Login user; in group docker, owner of /etc/istio-proxy.</summary>
    public string User { get; init; } = "istio-proxy";

    /// <summary>Numeric id of <see cref="User"/> and of its own group.</summary>
    public int Uid { get; init; } = 1001;

    /// <summary>Login shell, an absolute path.</summary>
    public string Shell { get; init; } = "/bin/bash";

    /// <summary>Further options of sshd, as <c>-o</c> takes them; an option given here wins over our own.</summary>
    public IReadOnlyList<string> SshdOptions { get; init; } = [];

    /// <summary>Port of sshd.</summary>
    public int SshPort { get; init; } = 22;

    public VmDocker Docker { get; init; } = VmDocker.StandIn;

    /// <summary>False leaves the user out of group docker.</summary>
    public bool UserMayUseDocker { get; init; } = true;

    /// <summary>True for a machine that nobody prepared: neither the login user nor its directory are there, only root, and
    /// <c>admin</c> who may use sudo where that is installed.</summary>
    public bool Bare { get; init; }

    /// <summary>The ratings application on 127.0.0.1:9080.</summary>
    public bool Ratings { get; init; } = true;

    /// <summary>Address and prefix of the VM.</summary>
    public string Address { get; init; } = "10.128.0.2/24";

    /// <summary>Address of the edge on the VM's network.</summary>
    public string EdgeAddress { get; init; } = "10.128.0.1/24";

    /// <summary>Whether the VM has an IPv6 address as well: 2001:db8:128::2.</summary>
    public bool IPv6 { get; init; }

    /// <summary>The one address behind the edge that the VM has a route to: the gateway's.</summary>
    public string Gateway { get; init; } = "10.4.100.1";
}

/// <summary>Which Docker the VM has.</summary>
internal enum VmDocker
{
    /// <summary>No client, no engine.</summary>
    None,

    /// <summary>A small engine of the sandbox that runs the sandbox's own programs.</summary>
    StandIn,

    /// <summary>The real dockerd, with data on tmpfs.</summary>
    Engine,
}

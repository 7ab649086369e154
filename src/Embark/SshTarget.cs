using System.Net;
using System.Net.Sockets;

namespace Embark;

/// <summary>User, host and port of a VM, checked once at the door.</summary>
/// <param name="User">Login name on the VM.</param>
/// <param name="Host">IP literal or host name; never starts with a dash.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record SshTarget(string User, string Host, int Port)
{
    /// <summary>True when the user, host or port was set by the WorkloadEntry's annotations rather than derived from its address.</summary>
    public bool DiffersFromAddress { get; init; }

    /// <summary>Why these words must not be given to ssh; nothing when they may.</summary>
    public IReadOnlyList<Problem> Problems() => Ssh.SshArguments.Check(this);

    /// <summary><c>user@host:port</c>, IPv6 in brackets.</summary>
    public override string ToString() =>
        IPAddress.TryParse(Host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"{User}@[{Host}]:{Port}" : $"{User}@{Host}:{Port}";
}

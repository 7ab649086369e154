using System.Net;

namespace Embark.Mesh;

/// <summary>spec.address, the address the proxy binds, and where SSH goes (sidecar-bootstrap 4 and 8, rows 3 to 10).</summary>
/// <param name="Address">spec.address; null when absent.</param>
/// <param name="InstanceIp">Address to bind; null when none is known, which is a problem.</param>
/// <param name="SshHost">Host for SSH; null when none is known, which is a problem.</param>
internal sealed record EntryAddresses(string? Address, IPAddress? InstanceIp, string? SshHost)
{
    public static EntryAddresses Read(string subject, string? address, AnnotationValues annotations, Findings findings)
    {
        var where = $"{subject} spec.address";
        var text = string.IsNullOrEmpty(address) ? null : address;
        var ip = text is null ? null : Grammar.ParseIp(text);
        if (text is not null && !IsUsable(text, ip, where, findings)) return new(null, null, null);

        var bind = annotations[Annotations.InstanceIp] is { } given ? IPAddress.Parse(given) : ip;
        var host = annotations[Annotations.SshHost] ?? text;
        if (bind is null && !annotations.Has(Annotations.InstanceIp))
            findings.Refuse(text is null ? where : annotations.Where(Annotations.InstanceIp), text is null ? "is absent" : $"is absent, and spec.address \"{Printable.Text(text)}\" is no IP address",
                $"set spec.address to an IP address of the VM, or the annotation {Annotations.InstanceIp}");
        if (text is null && host is null && annotations.Has(Annotations.InstanceIp) && !annotations.Has(Annotations.SshHost))
            findings.Refuse(where, "is absent, so there is nothing to connect to", $"set spec.address, or the annotation {Annotations.SshHost}");
        else if (text is null && host is not null)
            findings.Warn(where, "is absent: the VM can call the mesh, but pods have no endpoint for it", "set spec.address to the address at which pods reach the VM");
        if (text is not null && ip is null)
            findings.Warn(where, $"\"{Printable.Text(text)}\" is a name: Kubernetes Services take no endpoints by name", "select the entry by a ServiceEntry, or set an IP address");
        return new(text, bind, host);
    }

    private static bool IsUsable(string text, IPAddress? ip, string where, Findings findings)
    {
        var shown = $"\"{Printable.Text(text)}\"";
        if (text.StartsWith("unix:", StringComparison.Ordinal))
            findings.Refuse(where, $"{shown} is a socket on some machine", "set the VM's IP address or host name");
        else if (text.Contains('%', StringComparison.Ordinal))
            findings.Refuse(where, $"{shown} has a zone, which means nothing on other machines", "set an address that pods can reach");
        else if (ip is null && (IPAddress.TryParse(text, out _) || !Grammar.DnsName.Accepts(text) || text.Split('.')[^1].All(char.IsAsciiDigit)))
            findings.Refuse(where, $"{shown} is neither an IP address in its usual spelling nor a DNS name", "set the VM's IP address or host name");
        else if (ip is not null && (Grammar.IsUnspecified(ip) || Grammar.IsMulticast(ip)))
            findings.Refuse(where, $"{shown} is no address of one machine", "set an address that pods can reach");
        else if (ip is not null && ip.IsIPv6LinkLocal)
            findings.Refuse(where, $"{shown} is link-local and cannot be reached without a zone", "set an address that pods can reach");
        else
        {
            if (ip is not null && IPAddress.IsLoopback(ip)) findings.Warn(where, $"{shown} is a loopback address: only this very machine reaches it", "set an address that pods can reach");
            return true;
        }
        return false;
    }
}

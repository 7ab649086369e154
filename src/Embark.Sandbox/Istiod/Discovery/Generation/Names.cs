namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Names of clusters, as Istio spells them.</summary>
internal static class Names
{
    public const string BlackHole = "BlackHoleCluster";
    public const string Passthrough = "PassthroughCluster";
    public const string InboundPassthrough = "InboundPassthroughCluster";

    public static string Outbound(int port, string host, string subset = "") => $"outbound|{port}|{subset}|{host}";

    /// <summary>Doubles as the SNI of mutual TLS between sidecars.</summary>
    public static string Sni(int port, string host, string subset = "") => $"outbound_.{port}_.{subset}_.{host}";

    public static string Inbound(int port) => $"inbound|{port}||";

    /// <summary>Null for a name that is neither an outbound nor an SNI cluster's.</summary>
    public static OutboundName? Parse(string name)
    {
        var parts = name.StartsWith("outbound_.", StringComparison.Ordinal) ? name.Split("_.", 4) : name.Split('|', 4);
        return parts is ["outbound", var port, var subset, var host] && int.TryParse(port, out var number)
            ? new OutboundName(number, subset, host, IsSni: !name.Contains('|'))
            : null;
    }
}

/// <param name="IsSni">True for the cluster behind a gateway that passes mutual TLS on.</param>
internal sealed record OutboundName(int Port, string Subset, string Host, bool IsSni);

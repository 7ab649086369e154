namespace Embark.Controller.Telemetry;

/// <summary>A workload identity: <c>spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT</c>.</summary>
internal readonly record struct Principal(string Namespace, string Account)
{
    public static Principal? Parse(string uri) =>
        uri.StartsWith("spiffe://", StringComparison.Ordinal) && uri.Split('/') is [_, _, _, "ns", var ns, "sa", var account]
        && Names.Checked(ns).Length > 0 && Names.Checked(account).Length > 0
            ? new Principal(ns, account) : null;
}

using System.Text;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>What docker's <c>--env-file</c> takes as one line (sidecar-bootstrap 5.2): no quoting there, so bad values are refused.</summary>
internal static class EnvironmentLine
{
    private static readonly HashSet<string> Reserved =
        ["PATH", "HOME", "ENV", "BASH_ENV", "IFS", "SHELLOPTS", "PROXY_CONFIG", AgentPorts.ReadinessVariable, AgentPorts.MetricsVariable];

    /// <summary>Checks the names of proxyMetadata, which become variables.</summary>
    public static void CheckMetadata(string where, IEnumerable<string> names, Findings findings)
    {
        foreach (var name in names)
        {
            if (!Grammar.VariableName.Accepts(name))
                findings.Refuse($"{where} proxyMetadata", $"key \"{Printable.Text(name, 80)}\" must be {Grammar.VariableName.Description}", "rename or remove the key");
            else if (Reserved.Contains(name) || name.StartsWith("LD_", StringComparison.Ordinal))
                findings.Refuse($"{where} proxyMetadata.{name}", "may not be set: it changes how programs are loaded or how the proxy is run", "remove the key");
        }
    }

    public static void Check(NamespacedName workload, string name, string value, Findings findings)
    {
        if (Grammar.HasControlCharacter(value))
            findings.Refuse($"{workload} variable {name}", $"holds a control character: \"{Printable.Text(value, 80)}\"", "remove it from the object or configuration the value comes from");
        var bytes = Encoding.UTF8.GetByteCount(name) + 1 + Encoding.UTF8.GetByteCount(value);
        if (bytes > Grammar.EnvironmentLineCap)
            findings.Refuse($"{workload} variable {name}", $"its line would have {bytes} bytes; the limit is {Grammar.EnvironmentLineCap}", "shorten the labels, annotations or ProxyConfig it comes from");
    }
}

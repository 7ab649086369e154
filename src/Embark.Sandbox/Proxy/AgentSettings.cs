using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Embark.Sandbox.Proxy;

/// <summary>What pilot-agent takes from its environment, with its defaults.</summary>
internal sealed record AgentSettings
{
    public required string PodName { get; init; }
    public required string Namespace { get; init; }
    public required string Role { get; init; }
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>The text of PROXY_CONFIG; empty when unset.</summary>
    public required string ProxyConfig { get; init; }
    public required string DiscoveryAddress { get; init; }
    public required string CaAddress { get; init; }

    /// <summary>Directory of the certificate used towards istiod and of the root; empty when unset.</summary>
    public required string CertificateDirectory { get; init; }
    public required string Cluster { get; init; }
    public required int AdminPort { get; init; }
    public required int StatusPort { get; init; }
    public required int ReadinessPort { get; init; }
    public required int MetricsPort { get; init; }

    public string Id => $"{PodName}.{Namespace}";

    public string RootFile => CertificateDirectory.Length > 0 ? $"{CertificateDirectory}/root-cert.pem" : "./var/run/secrets/istio/root-cert.pem";

    /// <summary>Reads them; a mistake is told with the agent's own words (failures.md, A).</summary>
    public static AgentSettings From(IReadOnlyDictionary<string, string> environment, string role)
    {
        var text = Variable("PROXY_CONFIG");
        var config = ReadConfig(text);
        var discovery = (string?)config["discoveryAddress"] ?? "istiod.istio-system.svc:15012";
        RequireHostAndPort(discovery);
        return new()
        {
            PodName = Variable("POD_NAME"),
            Namespace = Variable("POD_NAMESPACE"),
            Role = role,
            Addresses = IPAddress.TryParse(Variable("INSTANCE_IP"), out var address) ? [address] : [],
            ProxyConfig = text,
            DiscoveryAddress = discovery,
            CaAddress = Variable("CA_ADDR") is { Length: > 0 } ca ? ca : discovery,
            CertificateDirectory = Variable("PROV_CERT"),
            Cluster = Variable("ISTIO_META_CLUSTER_ID"),
            AdminPort = Number(config["proxyAdminPort"]?.ToString(), 15000),
            StatusPort = Number(config["statusPort"]?.ToString(), 15020),
            ReadinessPort = Number(Variable("ENVOY_STATUS_PORT"), 15021),
            MetricsPort = Number(Variable("ENVOY_PROMETHEUS_PORT"), 15090),
        };

        string Variable(string name) => environment.GetValueOrDefault(name, "");
    }

    private static JsonObject ReadConfig(string text)
    {
        if (text.Trim().Length == 0)
            return [];
        try
        {
            if (text.TrimStart().StartsWith('{'))
                return (JsonObject)JsonNode.Parse(text)!;
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents[0].RootNode is YamlMappingNode map
                ? new(map.Where(pair => pair.Value is YamlScalarNode).Select(pair => KeyValuePair.Create(pair.Key.ToString(), (JsonNode?)pair.Value.ToString())))
                : throw new AgentException(
                    $"failed to get proxy config: failed to unmarshal mesh config from environment [{text}]: could not parse proxy config: "
                    + "json: cannot unmarshal string into Go value of type map[string]json.RawMessage");
        }
        catch (Exception bad) when (bad is JsonException or YamlException)
        {
            throw new AgentException($"failed to get proxy config: failed to unmarshal mesh config from environment [{text}]: could not parse proxy config: {bad.Message}");
        }
    }

    private static void RequireHostAndPort(string address)
    {
        var colons = address.StartsWith('[') ? address[address.IndexOf(']')..].Count(c => c == ':') : address.Count(c => c == ':');
        if (colons != 1)
            throw new AgentException(
                $"failed to get proxy config: 1 error occurred:\n\t* invalid discovery address: unable to split \"{address}\": address {address}: "
                + $"{(colons == 0 ? "missing port in address" : "too many colons in address")}\n");
    }

    private static int Number(string? text, int otherwise) => int.TryParse(text, null, out var number) ? number : otherwise;
}

/// <summary>The agent ends; the message is its last line.</summary>
internal sealed class AgentException(string message) : Exception(message);

using System.Collections;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>What the agent is told by its arguments and its environment, by pilot-agent's names (protocols 8.1, 8.2).</summary>
internal sealed record AgentSettings
{
    public required string Role { get; init; }

    public required string PodName { get; init; }

    public required string PodNamespace { get; init; }

    public required string ServiceAccount { get; init; }

    public required string TrustDomain { get; init; }

    /// <summary>The node's addresses, INSTANCE_IP first.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    public required string ClusterId { get; init; }

    /// <summary>PROXY_CONFIG as it was given.</summary>
    public required JsonObject ProxyConfig { get; init; }

    /// <summary>host:port of istiod.</summary>
    public required string DiscoveryAddress { get; init; }

    /// <summary>host:port of the CA: CA_ADDR, else the discovery address.</summary>
    public required string CaAddress { get; init; }

    /// <summary>ISTIOD_SAN; null for the host of the address.</summary>
    public string? IstiodSan { get; init; }

    /// <summary>True when CA_ADDR was given: then ISTIOD_SAN does not hold for the CA.</summary>
    public bool CaAddressGiven { get; init; }

    /// <summary>PROV_CERT and OUTPUT_CERTS, which must be one directory for renewals.</summary>
    public required string CertificateDirectory { get; init; }

    public string TokenFile { get; init; } = "./var/run/secrets/tokens/istio-token";

    public int AdminPort { get; init; } = 15000;

    public int StatusPort { get; init; } = 15020;

    public int ReadinessPort { get; init; } = 15021;

    public int PrometheusPort { get; init; } = 15090;

    public TimeSpan TerminationDrain { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan SecretLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>True for a P-256 key (ECC_SIGNATURE_ALGORITHM=ECDSA), false for RSA 2048.</summary>
    public bool EllipticKey { get; init; }

    /// <summary>Node metadata from ISTIO_META_* and ISTIO_METAJSON_*.</summary>
    public required JsonObject Metadata { get; init; }

    public required string ServiceCluster { get; init; }

    /// <exception cref="AgentException">Something cannot be used; the words are pilot-agent's.</exception>
    public static AgentSettings From(string role, IDictionary environment, IReadOnlyList<string> interfaceAddresses)
    {
        string Read(string name, string fallback = "") => environment[name] as string is { Length: > 0 } value ? value : fallback;

        var config = ReadProxyConfig(Read("PROXY_CONFIG"));
        var discovery = config["discoveryAddress"]?.GetValue<string>() ?? "istiod.istio-system.svc:15012";
        var colon = discovery.LastIndexOf(':');
        if (colon <= 0 || discovery.Contains("://", StringComparison.Ordinal) || (discovery.IndexOf(':') != colon && !discovery.StartsWith('[')))
            throw new AgentException(
                $"failed to get proxy config: 1 error occurred:\n\t* invalid discovery address: unable to split \"{discovery}\": address {discovery}: {(colon <= 0 ? "missing port in address" : "too many colons in address")}");
        var first = IPAddress.TryParse(Read("INSTANCE_IP"), out var given) ? [given.ToString()] : Array.Empty<string>();
        var output = Read("OUTPUT_CERTS", Read("PROV_CERT", "/etc/certs"));
        var ns = Read("POD_NAMESPACE");
        return new AgentSettings
        {
            Role = role,
            PodName = Read("POD_NAME"),
            PodNamespace = ns,
            ServiceAccount = Read("SERVICE_ACCOUNT"),
            TrustDomain = Read("TRUST_DOMAIN", "cluster.local"),
            Addresses = [.. first, .. interfaceAddresses.Except(first)],
            ClusterId = Read("ISTIO_META_CLUSTER_ID"),
            ProxyConfig = config,
            DiscoveryAddress = discovery,
            CaAddress = Read("CA_ADDR", discovery),
            CaAddressGiven = Read("CA_ADDR").Length > 0,
            IstiodSan = Read("ISTIOD_SAN") is { Length: > 0 } san ? san : null,
            CertificateDirectory = Read("PROV_CERT", output),
            AdminPort = config["proxyAdminPort"]?.GetValue<int>() ?? 15000,
            StatusPort = config["statusPort"]?.GetValue<int>() ?? 15020,
            ReadinessPort = int.Parse(Read("ENVOY_STATUS_PORT", "15021"), CultureInfo.InvariantCulture),
            PrometheusPort = int.Parse(Read("ENVOY_PROMETHEUS_PORT", "15090"), CultureInfo.InvariantCulture),
            TerminationDrain = GoDuration.Parse(config["terminationDrainDuration"]?.GetValue<string>() ?? "5s"),
            SecretLifetime = GoDuration.Parse(Read("SECRET_TTL", "24h")),
            EllipticKey = Read("ECC_SIGNATURE_ALGORITHM") == "ECDSA",
            Metadata = NodeMetadata.From(environment),
            ServiceCluster = config["serviceCluster"]?.GetValue<string>() ?? "istio-proxy",
        };
    }

    private static JsonObject ReadProxyConfig(string text)
    {
        if (text.Length == 0)
            return [];
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new JsonException("json: cannot unmarshal into Go value of type map[string]json.RawMessage");
        }
        catch (JsonException e)
        {
            throw new AgentException($"failed to get proxy config: failed to unmarshal mesh config from environment [{text}]: could not parse proxy config: {e.Message}");
        }
    }
}

/// <summary>The agent cannot go on; the words are pilot-agent's.</summary>
/// <param name="message">The words.</param>
/// <param name="exitCode">1, but 0 where pilot-agent ends with 0 although its Envoy could not start (reliability, row 126).</param>
internal sealed class AgentException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>Label names that change what is generated, and matching by equality.</summary>
internal static class Labels
{
    public const string Network = "topology.istio.io/network";
    public const string GatewayPort = "networking.istio.io/gatewayPort";
    public const string TlsMode = "security.istio.io/tlsMode";
    public const string ServiceName = "kubernetes.io/service-name";
    public const string Region = "topology.kubernetes.io/region";
    public const string Zone = "topology.kubernetes.io/zone";
    public const string SubZone = "topology.istio.io/subzone";
    public const string Locality = "istio-locality";
    public const string CanonicalName = "service.istio.io/canonical-name";
    public const string CanonicalRevision = "service.istio.io/canonical-revision";
    public const string HealthChecksAnnotation = "proxy.istio.io/health-checks-enabled";

    extension(IReadOnlyDictionary<string, string> labels)
    {
        /// <summary>True when all of <paramref name="selector"/> is there; an empty selector matches everything.</summary>
        public bool Match(IReadOnlyDictionary<string, string> selector) =>
            selector.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

        /// <summary>The first label of these names that is not empty.</summary>
        public string? First(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (labels.TryGetValue(name, out var value) && value.Length > 0)
                    return value;
            return null;
        }

        /// <summary>Both together; on equal names <paramref name="stronger"/> wins.</summary>
        public IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string> stronger)
        {
            if (stronger.Count == 0)
                return labels;
            var merged = new Dictionary<string, string>(labels);
            foreach (var (name, value) in stronger)
                merged[name] = value;
            return merged;
        }
    }
}

namespace Embark.Sandbox.Proxy.Upstream;

/// <summary>Least request over two weighted picks, as Envoy's LEAST_REQUEST with its default of two choices.</summary>
internal static class EndpointChoice
{
    /// <summary>One endpoint, not one of <paramref name="tried"/> while another is left; null when there is none.</summary>
    public static UpstreamEndpoint? Pick(IReadOnlyList<UpstreamEndpoint> endpoints, IReadOnlyCollection<UpstreamEndpoint> tried, Random random)
    {
        var open = tried.Count == 0 ? endpoints : [.. endpoints.Where(e => !tried.Contains(e))];
        if (open.Count == 0)
            open = endpoints;
        if (open.Count <= 1)
            return open.Count == 0 ? null : open[0];
        var (first, second) = (Weighted(open, random), Weighted(open, random));
        return (first.Active + 1) * second.Weight <= (second.Active + 1) * first.Weight ? first : second;
    }

    private static UpstreamEndpoint Weighted(IReadOnlyList<UpstreamEndpoint> endpoints, Random random)
    {
        var at = random.NextInt64(endpoints.Sum(e => (long)e.Weight));
        foreach (var endpoint in endpoints)
        {
            at -= endpoint.Weight;
            if (at < 0)
                return endpoint;
        }

        return endpoints[^1];
    }
}

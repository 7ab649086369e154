using System.Net;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery.Serving;

namespace Embark.Sandbox.Pods;

/// <summary>The cluster's DNS and its packet rules in one: a Service's name gives the addresses that are behind it.</summary>
internal static class ServiceAddresses
{
    private static readonly ResourceKind<JsonObject> s_slices = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", MeshKinds.Pods.Json);

    public static async Task<IReadOnlyList<IPAddress>> FindAsync(KubernetesClient api, string host, CancellationToken cancellationToken)
    {
        if (host.Split('.') is not [var service, var @namespace, ..])
            return [];
        var found = new List<IPAddress>();
        try
        {
            await foreach (var slice in api.ListAsync(s_slices, @namespace, new ListOptions { LabelSelector = $"kubernetes.io/service-name={service}" }, cancellationToken).ConfigureAwait(false))
                foreach (var endpoint in slice.Items("endpoints"))
                    found.AddRange(endpoint.Texts("addresses").Select(IPAddress.Parse));
        }
        catch (KubernetesException)
        {
            // asked again
        }
        return found;
    }
}

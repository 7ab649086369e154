using Embark.Kubernetes.Transport;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes;

public sealed partial class KubernetesClient
{
    /// <summary>
    /// Gets a page of the program behind a Service through the API server (services/proxy), whatever it answers; null when there is
    /// no such Service.
    /// </summary>
    /// <param name="service">Which Service.</param>
    /// <param name="port">Name of its port.</param>
    /// <param name="path">Path and query below the Service, without a slash before it; escaped already.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="KubernetesException">The API server itself refused, or nobody is behind the Service.</exception>
    public async Task<ServiceAnswer?> AskServiceAsync(NamespacedName service, string port, string path, CancellationToken cancellationToken)
    {
        var name = $"{ObjectPath.Segment(service.Name, "name")}:{ObjectPath.Segment(port, "port")}";
        var request = new ApiRequest(HttpMethod.Get, $"/api/v1/namespaces/{ObjectPath.Segment(service.Namespace, "namespace")}/services/{name}/proxy/{path}",
            new ApiAction("get", "", "services/proxy", service.Namespace, name));
        var answer = await _transport.SendAsync(request, cancellationToken);
        if (answer.IsAbsent)
            return null;
        // Only the API server says it in a Status.
        if (!answer.IsSuccess && (answer.StatusCode is 401 or 403 || answer.Failure is not null))
            throw _transport.Failures.Of(request, answer);
        return new ServiceAnswer(answer.StatusCode, answer.Body);
    }
}

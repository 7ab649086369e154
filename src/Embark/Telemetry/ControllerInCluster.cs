using Embark.Kubernetes;

namespace Embark.Telemetry;

/// <summary>The controller that runs in the cluster, through the API server: nothing but the kubeconfig is needed.</summary>
/// <param name="client">The cluster.</param>
/// <param name="systemNamespace">Namespace of istiod, which the chart installs into.</param>
public sealed class ControllerInCluster(KubernetesClient client, string systemNamespace) : IControllerRoute
{
    /// <summary>Name of its Service, and of the port of its pages.</summary>
    private const string Name = "embark-controller", Port = "http";

    /// <inheritdoc/>
    public string Place => $"Service {systemNamespace}/{Name}";

    /// <inheritdoc/>
    public async Task<ControllerAnswer> AskAsync(string path, CancellationToken cancellationToken) =>
        await client.AskServiceAsync(new(systemNamespace, Name), Port, path, cancellationToken) is { } answer
            ? new(answer.Status, answer.Body)
            : throw new EmbarkException(FailureClass.BadInput, $"no controller was found: there is no {Place}", """
                install it: helm install embark-controller deploy/helm/embark-controller -n istio-system
                or name the namespace of istiod with -i, or the controller's address with --controller URL or EMBARK_CONTROLLER_URL;
                a sandbox exports its own: eval "$(embark sandbox env)"
                """);
}

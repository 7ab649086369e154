using Embark.Kubernetes;

namespace Embark.Sandbox.Istiod.Registration;

/// <summary>The entry that stands for one stream; null where nothing is written for it.</summary>
internal sealed class ProxyRegistration(Registrations registrations, NamespacedName? entry, bool madeByItself) : IAsyncDisposable
{
    /// <summary>What the proxy says of its application.</summary>
    public async Task ReportAsync(bool healthy, string problem, CancellationToken cancellationToken)
    {
        if (entry is not { } key)
            return;
        try
        {
            await registrations.ReportAsync(key, healthy, problem, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException)
        {
            // The entry was deleted under the proxy: nobody is left to be told.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (entry is { } key)
            await registrations.DisconnectAsync(key, madeByItself).ConfigureAwait(false);
    }
}

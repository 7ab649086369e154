using System.Collections.Concurrent;
using System.Threading.Channels;
using Embark.Expansion;
using Embark.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Expansion;

/// <summary>
/// Follows the ControlPlanes of the system namespace and everything that mesh expansion makes there, and reconciles when
/// something changed. What no watch sees (labels of the namespace, the mesh's values) is looked at from time to time.
/// </summary>
internal sealed class ExpansionWatch(KubernetesClient client, ControllerOptions options, ExpansionReconciler reconciler, TimeProvider time, ILogger<ExpansionWatch> log)
{
    /// <summary>Changes come in bursts: ours alone are nine objects.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(30);

    private static readonly TimeSpan AtRest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Unfinished = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, ControlPlane> _planes = new(StringComparer.Ordinal);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _listed;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _listed = false;
        _planes.Clear();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] watches = [FollowAsync(ControlPlane.Kind, Planes, stop.Token), .. Manifest.MadeKinds.Select(kind => FollowAsync(kind, _ => { }, stop.Token))];
        try
        {
            await ReconcileAsync(stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var pause = AtRest;
        while (true)
        {
            await WakeAsync(pause, cancellationToken);
            if (!_listed)
                continue;
            try
            {
                pause = await reconciler.ReconcileAsync([.. _planes.Values], cancellationToken) ? AtRest : Unfinished;
            }
            catch (KubernetesException failure)
            {
                Log.Failed(log, failure.Message, failure.Fix);
                pause = AfterFailure;
            }
        }
    }

    private async Task WakeAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
        try
        {
            await _wake.Reader.ReadAsync(limit.Token);
            await Task.Delay(Burst, time, cancellationToken);
            _wake.Reader.TryRead(out _);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    private void Planes(WatchEvent<ControlPlane> change)
    {
        switch (change)
        {
            case WatchEvent<ControlPlane>.Listed(var all):
                foreach (var gone in _planes.Keys.Except(all.Select(plane => plane.Metadata.Uid!)))
                    Forget(gone);
                foreach (var plane in all)
                    _planes[plane.Metadata.Uid!] = plane;
                _listed = true;
                break;
            case WatchEvent<ControlPlane>.Applied(var plane):
                _planes[plane.Metadata.Uid!] = plane;
                break;
            case WatchEvent<ControlPlane>.Deleted(var plane):
                Forget(plane.Metadata.Uid!);
                break;
        }
    }

    private void Forget(string uid)
    {
        if (_planes.TryRemove(uid, out var plane))
            reconciler.Gone(plane);
    }

    private async Task FollowAsync<T>(ResourceKind<T> kind, Action<WatchEvent<T>> take, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            try
            {
                await foreach (var change in client.WatchAsync(kind, options.SystemNamespace, ListOptions.All, cancellationToken))
                {
                    take(change);
                    _wake.Writer.TryWrite(true);
                }
            }
            catch (KubernetesException failure)
            {
                // Without the rights, or the kind, there is nothing to follow; both may come.
                Log.CannotFollow(log, kind.Plural, failure.Message);
                await Task.Delay(Unfinished, time, cancellationToken);
            }
        }
    }
}

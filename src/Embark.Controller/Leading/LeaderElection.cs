using System.Globalization;
using Embark.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Leading;

/// <summary>
/// Lets one of several controllers act, by a Lease, in the manner of client-go's leaderelection: another one's lease is given
/// the whole of its duration from the moment its record was last seen to change, by our own clock, so that clocks need not agree.
/// </summary>
internal sealed class LeaderElection(KubernetesClient client, ControllerOptions options, TimeProvider time, ILogger<LeaderElection> log)
{
    public const string LeaseName = "embark-controller";

    private string? _seen;
    private long _seenAt;
    private string? _complaint;

    private TimeSpan Retry => options.LeaseDuration / 7.5;

    /// <summary>Runs the job whenever this one leads; ends with <paramref name="stop"/>, and then lets the lease go.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            while (!await TryTakeAsync(stop))
                await Task.Delay(Retry, time, stop);
            Log.Leads(log, options.Identity);
            using var leading = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var job = lead(leading.Token);
            try
            {
                await HoldAsync(job, stop);
            }
            finally
            {
                await leading.CancelAsync();
                await job.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                await ReleaseAsync();
            }
            Log.NoLongerLeads(log, options.Identity);
            // A job that failed is the host's to hear of; one that was stopped since the lease was lost waits for the next.
            if (job.IsFaulted)
                await job;
        }
    }

    /// <summary>Returns when the lease could not be renewed for two thirds of its duration, or the job ended.</summary>
    private async Task HoldAsync(Task job, CancellationToken stop)
    {
        var renewed = time.GetTimestamp();
        while (time.GetElapsedTime(renewed) < options.LeaseDuration * 2 / 3)
        {
            if (await Task.WhenAny(job, Task.Delay(Retry, time, stop)) == job)
                return;
            stop.ThrowIfCancellationRequested();
            if (await TryTakeAsync(stop))
                renewed = time.GetTimestamp();
        }
    }

    private async Task<bool> TryTakeAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(options.LeaseDuration * 2 / 3);
        try
        {
            var took = await TakeAsync(limit.Token);
            _complaint = null;
            return took;
        }
        catch (Exception no) when (no is KubernetesException || no is OperationCanceledException && !stop.IsCancellationRequested)
        {
            if (_complaint != no.Message)
                Log.LeaseOutOfReach(log, no.Message);
            _complaint = no.Message;
            return false;
        }
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var lease = await client.GetAsync(Lease.Kind, options.LeaseNamespace!, LeaseName, cancellationToken);
        try
        {
            if (lease is null)
            {
                await client.CreateAsync(Lease.Kind, options.LeaseNamespace!, new Lease(new ObjectMeta { Name = LeaseName, Namespace = options.LeaseNamespace }, Next(null)), cancellationToken);
                return true;
            }
            var record = $"{lease.Spec?.HolderIdentity} {lease.Spec?.RenewTime} {lease.Metadata.ResourceVersion}";
            if (record != _seen)
                (_seen, _seenAt) = (record, time.GetTimestamp());
            var held = !string.IsNullOrEmpty(lease.Spec?.HolderIdentity) && lease.Spec.HolderIdentity != options.Identity;
            if (held && time.GetElapsedTime(_seenAt) < TimeSpan.FromSeconds(lease.Spec!.LeaseDurationSeconds ?? 15))
                return false;
            await client.ReplaceAsync(Lease.Kind, options.LeaseNamespace!, LeaseName, lease with { Spec = Next(lease.Spec) }, cancellationToken);
            return true;
        }
        catch (KubernetesException faster) when (faster.Failure == KubernetesFailure.Conflict)
        {
            return false;
        }
    }

    /// <summary>So that another one need not wait for the lease to run out.</summary>
    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
        try
        {
            var lease = await client.GetAsync(Lease.Kind, options.LeaseNamespace!, LeaseName, limit.Token);
            if (lease?.Spec?.HolderIdentity == options.Identity)
                await client.ReplaceAsync(Lease.Kind, options.LeaseNamespace!, LeaseName, lease with { Spec = lease.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1 } }, limit.Token);
        }
        catch (Exception no) when (no is KubernetesException or OperationCanceledException)
        {
            Log.LeaseOutOfReach(log, no.Message);
        }
    }

    private LeaseSpec Next(LeaseSpec? last)
    {
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var own = last?.HolderIdentity == options.Identity;
        return new(options.Identity, Math.Max(1, (int)options.LeaseDuration.TotalSeconds), own ? last!.AcquireTime : now, now, (last?.LeaseTransitions ?? -1) + (own ? 0 : 1));
    }
}

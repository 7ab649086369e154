using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Embark.Expansion;
using Embark.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Expansion;

/// <summary>Brings the cluster to what its ControlPlanes ask for, and tells them in their status how far that is.</summary>
internal sealed class ExpansionReconciler(KubernetesClient client, ControllerOptions options, TimeProvider time, ILogger<ExpansionReconciler> log)
{
    private static readonly ResourceKind<ControlPlane> Status = ControlPlane.Kind with { Subresource = "status" };

    private readonly MeshExpansion _expansion = new(client);
    private readonly ExpansionEvents _events = new(client, options, time, log);
    private readonly ConcurrentDictionary<string, ControlPlane> _gone = new(StringComparer.Ordinal);

    /// <summary>A ControlPlane was deleted; what was made for it goes with the next round.</summary>
    public void Gone(ControlPlane plane) => _gone[plane.Metadata.Uid!] = plane;

    /// <summary>One round over all ControlPlanes of the namespace.</summary>
    /// <returns>False when something is missing, so that it is worth looking again soon.</returns>
    public async Task<bool> ReconcileAsync(IReadOnlyList<ControlPlane> planes, CancellationToken cancellationToken)
    {
        var first = ControlPlanes.Chosen(planes.Where(plane => plane.Asks));
        foreach (var (uid, plane) in _gone)
        {
            await RemoveAsync(plane, cancellationToken);
            _gone.TryRemove(uid, out _);
        }
        // Who no longer asks comes first: the gateway may pass from one to the other.
        foreach (var plane in planes.Where(plane => !plane.Asks))
            await OffAsync(plane, cancellationToken);
        foreach (var plane in planes.Where(plane => plane.Asks && plane != first))
            await TellAsync(plane, ExpansionStatus.Second(plane, first!, time.GetUtcNow()), cancellationToken);
        return first is null || await MakeAsync(first, cancellationToken);
    }

    private async Task<bool> MakeAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        var view = await _expansion.ApplyAsync(await _expansion.LookAsync(plane, cancellationToken), cancellationToken);
        if (view.Changed.Count > 0)
        {
            Log.Applied(log, plane.Name, string.Join(", ", view.Changed));
            await _events.WriteAsync(plane, "Applied", $"applied {string.Join(", ", view.Changed)}", warning: false, cancellationToken);
        }
        await TellAsync(plane, ExpansionStatus.Of(view, time.GetUtcNow()), cancellationToken);
        return view.IsReady;
    }

    private async Task OffAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        var removed = await RemoveAsync(plane, cancellationToken);
        if (removed || plane.Status?["meshExpansion"] is not null)
            await TellAsync(plane, ExpansionStatus.Off(plane, time.GetUtcNow()), cancellationToken);
    }

    private async Task<bool> RemoveAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        var removed = await _expansion.RemoveAsync(plane.Name.Namespace, plane.Metadata.Uid!, strictly: true, cancellationToken);
        if (removed.Count == 0)
            return false;
        Log.Removed(log, plane.Name, string.Join(", ", removed));
        await _events.WriteAsync(plane, "Removed", $"removed {string.Join(", ", removed)}", warning: false, cancellationToken);
        return true;
    }

    private async Task TellAsync(ControlPlane plane, JsonObject status, CancellationToken cancellationToken)
    {
        if (Same(plane.Status, status))
            return;
        try
        {
            await client.PatchAsync(Status, plane.Name.Namespace, plane.Name.Name, new JsonObject { ["status"] = status }, cancellationToken);
        }
        catch (KubernetesException gone) when (gone.Failure == KubernetesFailure.NotFound)
        {
            return;
        }
        var ready = Ready(status);
        if (ready.Key != Ready(plane.Status).Key)
            await _events.WriteAsync(plane, ready.Reason, ready.Message, warning: ready.Reason is "Refused" or "AnotherAsks", cancellationToken);
    }

    private static bool Same(JsonObject? now, JsonObject wanted) =>
        wanted.All(field => JsonNode.DeepEquals(now?[field.Key], field.Value) || field.Value is null && now?[field.Key] is null || field.Value is JsonObject map && WithoutNulls(now?[field.Key], map));

    private static bool WithoutNulls(JsonNode? now, JsonObject wanted) =>
        now is JsonObject there && there.Count == wanted.Count(field => field.Value is not null) && wanted.All(field => JsonNode.DeepEquals(there[field.Key], field.Value));

    private static (string Key, string Reason, string Message) Ready(JsonObject? status)
    {
        var ready = (status?["conditions"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == "Ready");
        var (reason, message) = ((string?)ready?["reason"] ?? "", (string?)ready?["message"] ?? "");
        return ($"{reason} {message}", reason, message);
    }
}

using System.Threading.Channels;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>
/// Every change of one resource after a version, in order; <c>Start</c> holds the objects there were at that version, unless the
/// subscriber said that it knows them.
/// </summary>
internal sealed record StoreSubscription(
    IReadOnlyList<StoredObject> Start, long Version, ChannelReader<StoreEvent> Changes, Action End) : IDisposable
{
    public void Dispose() => End();
}

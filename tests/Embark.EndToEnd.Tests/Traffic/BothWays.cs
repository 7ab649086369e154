using System.Net;

namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>The VM asks reviews in the mesh, and a pod asks ratings on the VM.</summary>
internal sealed class BothWays(MeshWorld world, TimeSpan every) : IAsyncDisposable
{
    private readonly SteadyRequests _toMesh = SteadyRequests.Start(
        "VM to mesh", world.VmSockets, new IPEndPoint(IPAddress.Parse("127.0.0.2"), 9080), "reviews.bookinfo.svc:9080", "/reviews/0", every);

    private readonly SteadyRequests _toVm = SteadyRequests.Start(
        "mesh to VM", world.NodeSockets, new IPEndPoint(IPAddress.Parse("127.0.2.14"), 9080), "ratings:9080", "/ratings/0", every);

    public bool Flows => _toMesh.Answered > 0 && _toVm.Answered > 0;

    public int Failures => _toMesh.Failures.Count + _toVm.Failures.Count;

    public long Answered => Math.Min(_toMesh.Answered, _toVm.Answered);

    public async Task<string> FinishAsync() => $"{await _toMesh.FinishAsync()}\n{await _toVm.FinishAsync()}";

    public async ValueTask DisposeAsync()
    {
        await _toMesh.DisposeAsync();
        await _toVm.DisposeAsync();
    }
}

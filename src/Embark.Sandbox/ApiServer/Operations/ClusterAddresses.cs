using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>Gives Services a cluster address from 10.8.0.0/24 and node ports from 30000 on: the lowest free ones.</summary>
internal sealed class ClusterAddresses(ObjectStore store)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _given = [];

    public string NextAddress()
    {
        // What was given a moment ago may not be stored yet: two Services that are made at once never get the same one.
        lock (_lock)
        {
            var address = Free() ?? AfterForgetting() ?? throw new StatusException(500, "InternalError", "Internal error occurred: failed to allocate a serviceIP: range is full");
            _given.Add(address);
            return address;
        }
    }

    private string? AfterForgetting()
    {
        _given.Clear();
        return Free();
    }

    private string? Free()
    {
        var taken = Services().Select(service => service.Text("spec", "clusterIP")).ToHashSet();
        return Enumerable.Range(16, 238).Select(last => $"10.8.0.{last.ToString(CultureInfo.InvariantCulture)}").FirstOrDefault(address => !taken.Contains(address) && !_given.Contains(address));
    }

    public long NextNodePort(IEnumerable<long> alsoTaken)
    {
        var taken = Services().SelectMany(service => service.Items("spec", "ports")).Select(port => port.Number("nodePort")).OfType<long>()
            .Concat(alsoTaken).ToHashSet();
        return Enumerable.Range(30000, 2768).Select(port => (long)port).First(port => !taken.Contains(port));
    }

    private IEnumerable<JsonObject> Services() => store.List(BuiltInResources.Services, null).Items.Select(stored => stored.Value);
}

namespace Embark.Mesh;

/// <summary>Warns of entries with one address: istiod finds an entry by its address (sidecar-bootstrap 8, row 20).</summary>
internal static class SharedAddresses
{
    public static IReadOnlyList<WorkloadReading> Warn(IReadOnlyList<WorkloadReading> readings)
    {
        var byAddress = readings.Select(r => r.Workload).OfType<WorkloadEntry>().Where(w => w.Address is not null).ToLookup(w => w.Address!);
        return [.. readings.Select(r => r.Workload is { Address: { } address } own ? Warned(r, own, [.. byAddress[address].Where(o => o.Name != own.Name).Select(o => o.Name.ToString())]) : r)];
    }

    private static WorkloadReading Warned(WorkloadReading reading, WorkloadEntry own, IReadOnlyList<string> others)
    {
        if (others.Count == 0) return reading;
        var warning = new Problem($"WorkloadEntry {own.Name} spec.address", $"{own.Address} is also the address of {string.Join(", ", others)}; istiod finds an entry by its address", "give each VM an address of its own");
        return reading with { Workload = own with { Warnings = [.. own.Warnings, warning] } };
    }
}

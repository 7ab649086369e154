using Embark.Mesh;

namespace Embark;

/// <summary>Entries that would work on the same container of the same machine: each would undo what the other did.</summary>
public static class SameVm
{
    /// <summary>The readings, those of a shared container refused: the problem names all of them (reliability row 41).</summary>
    public static IReadOnlyList<WorkloadReading> Refuse(IReadOnlyList<WorkloadReading> readings)
    {
        var shared = readings.Where(reading => reading.Workload is not null)
            .ToLookup(reading => (reading.Workload!.Vm.Ssh.Host, reading.Workload.Vm.Ssh.Port, reading.Workload.Vm.ContainerName));
        return [.. readings.Select(reading => Others(reading) is { Length: > 1 } names ? Refused(reading, names) : reading)];

        string[] Others(WorkloadReading reading) => reading.Workload is not { Vm: var vm } ? []
            : [.. shared[(vm.Ssh.Host, vm.Ssh.Port, vm.ContainerName)].Select(other => other.Name.ToString())];
    }

    private static WorkloadReading Refused(WorkloadReading reading, string[] names) => reading with
    {
        Workload = null,
        Problems = [new Problem($"WorkloadEntry {reading.Name}", $"{string.Join(" and ", names)} stand for the same container {reading.Workload!.Vm.ContainerName} on {reading.Workload.Vm.Ssh}",
            $"give each its own container and directory with the annotations {Annotations.ContainerName} and {Annotations.Directory}, or remove one")],
    };
}

using System.Net;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Tests.Jobs;

/// <summary>Two entries for one container.</summary>
public sealed class SameVmTests
{
    private static WorkloadReading Entry(string name, string host, string container = "istio-proxy") => new(new NamespacedName("bookinfo", name), new WorkloadEntry
    {
        Name = new NamespacedName("bookinfo", name),
        ServiceAccount = "sa",
        Labels = new Dictionary<string, string>(),
        MetadataLabels = new Dictionary<string, string>(),
        InstanceIp = IPAddress.Parse("10.0.0.1"),
        Vm = new VmSettings { Ssh = new SshTarget("u", host, 22), ContainerName = container },
    }, []);

    [Fact(Timeout = 15_000)]
    public async Task W41_Two_entries_for_one_container_are_both_refused_and_both_named()
    {
        await Task.CompletedTask;
        var readings = SameVm.Refuse([Entry("a", "10.0.0.1"), Entry("b", "10.0.0.1"), Entry("c", "10.0.0.2"), Entry("d", "10.0.0.1", "other")]);

        Assert.Equal(["c", "d"], readings.Where(reading => reading.Workload is not null).Select(reading => reading.Name.Name));
        foreach (var refused in readings.Take(2))
        {
            var failure = Assert.Throws<InvalidInputException>(() => refused.Required());
            Assert.Contains("bookinfo/a and bookinfo/b", failure.Problems[0].What, StringComparison.Ordinal);
        }
    }
}

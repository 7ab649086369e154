using Embark.Delivery;
using Embark.Mesh;

namespace Embark.Checks;

/// <summary>Is this VM ready for a proxy? Everything wrong with it at once, before anything is changed. Pure: it looks at answers only.</summary>
internal static class Preflight
{
    /// <summary>What a shell says of a command that is not there: then there is no container to remove either.</summary>
    private const int NoDocker = 127;

    public static Findings Examine(VmAnswers vm, WorkloadEntry workload, ClockReading clock, VmPurpose purpose)
    {
        var found = new Findings();
        SystemChecks.Examine(vm, found);
        if (purpose == VmPurpose.Names) return found;
        if (purpose == VmPurpose.Leave)
        {
            if (vm.Docker?.ExitCode != NoDocker) DockerChecks.Examine(vm.Docker, found);
            return found;
        }

        ClockChecks.Examine(vm.Clock, clock, found);
        DirectoryChecks.Examine(vm, found);
        if (!workload.Vm.Options.StartProxy) return found;

        DockerChecks.Examine(vm.Docker, found);
        ContainerChecks.Examine(vm, workload.Name, workload.Vm, found);
        PortChecks.Examine(vm, workload, found);
        AddressChecks.Examine(vm, workload.InstanceIp, found);
        return found;
    }
}

/// <summary>The operator's clock around the moment when the VM read its own.</summary>
/// <param name="Before">When the question was sent.</param>
/// <param name="After">When the answer was there.</param>
/// <param name="ClusterAhead">How far the cluster's API is ahead of the operator's clock; zero where unknown.</param>
internal sealed record ClockReading(DateTimeOffset Before, DateTimeOffset After, TimeSpan ClusterAhead);

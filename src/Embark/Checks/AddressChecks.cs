using System.Net;
using Embark.Delivery;

namespace Embark.Checks;

/// <summary>The proxy binds the instance address, so it must be on an interface (fault row 129).</summary>
internal static class AddressChecks
{
    public static void Examine(VmAnswers vm, IPAddress instance, Findings found)
    {
        if (vm.Addresses.Count == 0 || vm.Addresses.Contains(instance.ToString())) return;
        var there = vm.Addresses.Where(a => !IPAddress.IsLoopback(IPAddress.Parse(a)));
        found.Refuse("instance address", $"{instance} is on no interface of the VM; there are {string.Join(", ", there)}",
            "set the annotation sidecar-bootstrap.istio.io/proxy-instance-ip to one of them");
    }
}

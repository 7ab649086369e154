namespace Embark.Controller.Telemetry;

/// <summary>Who was called: the workload at the address that was dialled where it is of that service, else the service alone.</summary>
internal static class Destinations
{
    /// <param name="host">Host of the Service, as the cluster is named.</param>
    /// <param name="address">Address that was dialled, which may be a gateway's; empty where none was.</param>
    public static Workload Of(string host, string address, KnownWorkloads known)
    {
        var service = known.OfHost(host);
        return known.At(address) is { } there && there.Namespace == service.Namespace && there.App == service.App ? there : service;
    }
}

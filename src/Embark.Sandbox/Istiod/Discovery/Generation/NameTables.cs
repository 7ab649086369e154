using Embark.Sandbox.Istiod.Protos.Discovery;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Names the proxy's own DNS answers: cluster IPs of the services in its scope. A gateway gets none.</summary>
internal static class NameTables
{
    public static NameTable Of(ProxyScope scope)
    {
        var table = new NameTable();
        if (scope.Proxy.IsRouter)
            return table;
        foreach (var service in scope.Services.Where(service => service.Addresses.Count > 0))
            table.Table[service.Host] = new NameTable.Types.NameInfo
            {
                Ips = { service.Addresses }, Registry = "Kubernetes", Shortname = service.Name, Namespace = service.Namespace,
            };
        return table;
    }
}

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>Names of hosts as Istio's objects write them.</summary>
internal static class HostNames
{
    /// <summary>A short name is one of a service in the namespace of the object that says it.</summary>
    public static string Full(string host, string @namespace, MeshSettings settings) =>
        host.Contains('.') || host.Contains('*') ? host : $"{host}.{@namespace}.svc.{settings.Domain}";
}

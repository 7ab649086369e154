namespace Embark.Sandbox.Pods;

/// <summary>Addresses of the sandbox's cluster, as its objects have them.</summary>
internal static class MeshAddresses
{
    public const string ClusterNetwork = "cluster-net";

    public const string Istiod = "10.4.0.2:15012";

    /// <summary>Where the collector is to the mesh.</summary>
    public const string Collector = "10.4.0.3";

    /// <summary>The edge's address towards VMs: the gateway's Service has it.</summary>
    public const string Gateway = "10.4.100.1";

    /// <summary>The edge's address on the pod network.</summary>
    public const string PodEdge = "10.4.0.1/24";

    /// <summary>
    /// The node's address on the VM's network: pods leave the cluster with it, as behind the address translation of a
    /// real cluster, so that the VM can answer without a route to pods.
    /// </summary>
    public const string VmProxy = "10.128.0.2:9080";

    public const string NodeOnVmNetwork = "10.128.0.100/24";
}

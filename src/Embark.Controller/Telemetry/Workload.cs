namespace Embark.Controller.Telemetry;

/// <summary>One end of a call.</summary>
/// <param name="Namespace">Empty outside of the mesh.</param>
/// <param name="Name">Name of the workload; empty where only the service is known.</param>
/// <param name="App">Label app, else the canonical name, else the workload's name.</param>
/// <param name="Version">Label version; empty where it is not known.</param>
/// <param name="Place">Where it runs.</param>
internal sealed record Workload(string Namespace, string Name, string App, string Version, Place Place)
{
    /// <summary>Whoever calls without a certificate of the mesh from an address nobody knows.</summary>
    public static Workload Caller { get; } = new("", "", "outside", "", Place.Outside);

    /// <summary>Destinations that no Service names.</summary>
    public static Workload Elsewhere { get; } = new("", "", "elsewhere", "", Place.Outside);

    /// <summary>Names the service it is part of. A name holds no <c>@</c>.</summary>
    public string Service => (Namespace.Length == 0 ? App : $"{App}.{Namespace}") + (Place == Place.Vm ? "@vm" : "");
}

/// <summary>Where a workload runs.</summary>
internal enum Place { Cluster, Vm, Outside }

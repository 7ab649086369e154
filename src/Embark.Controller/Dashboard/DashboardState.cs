using System.Text.Json.Serialization;
using Embark.Telemetry;

namespace Embark.Controller.Dashboard;

/// <summary>What the page shows, in one message.</summary>
/// <param name="Topology">The graph.</param>
/// <param name="Places">Where its services stand.</param>
/// <param name="Vms">The VMs.</param>
internal sealed record DashboardState(MeshTopology Topology, IReadOnlyList<ServicePlace> Places, VmList Vms);

/// <summary>Place of a service in the layered picture.</summary>
internal sealed record ServicePlace(string Id, int Layer, int Place);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DashboardState))]
internal sealed partial class DashboardJson : JsonSerializerContext;

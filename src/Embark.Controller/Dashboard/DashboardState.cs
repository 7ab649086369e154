using System.Text.Json.Serialization;
using Embark.Telemetry;

namespace Embark.Controller.Dashboard;

/// <summary>What the page shows, in one message.</summary>
/// <param name="Topology">The graph, with what was quiet in the time asked for.</param>
/// <param name="Vms">The VMs.</param>
internal sealed record DashboardState(MeshTopology Topology, VmList Vms);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DashboardState))]
internal sealed partial class DashboardJson : JsonSerializerContext;

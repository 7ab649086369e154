using System.Text.Json.Serialization;

namespace Embark.Telemetry;

/// <summary>How topology, metrics and VMs are written as JSON; members are only ever added.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MeshTopology))]
[JsonSerializable(typeof(ServiceMetrics))]
[JsonSerializable(typeof(VmList))]
public sealed partial class TelemetryJson : JsonSerializerContext;

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Embark.Expansion;
using Embark.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Expansion;

/// <summary>Events of a ControlPlane, as <c>kubectl describe</c> shows them. One that cannot be written stops nothing.</summary>
internal sealed class ExpansionEvents(KubernetesClient client, ControllerOptions options, TimeProvider time, ILogger log)
{
    private static readonly ResourceKind<JsonObject> Kind = new("", "v1", "events", "Event", EventJson.Default.JsonObject);

    public async Task WriteAsync(ControlPlane about, string reason, string message, bool warning, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var stamp = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var value = new JsonObject
        {
            // Named as client-go names them: by the moment.
            ["metadata"] = new JsonObject { ["name"] = $"{about.Name.Name}.{now.UtcTicks:x}", ["namespace"] = about.Name.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = ControlPlane.Kind.ApiVersion,
                ["kind"] = ControlPlane.Kind.Kind,
                ["name"] = about.Name.Name,
                ["namespace"] = about.Name.Namespace,
                ["uid"] = about.Metadata.Uid,
                ["resourceVersion"] = about.Metadata.ResourceVersion,
            },
            ["type"] = warning ? "Warning" : "Normal",
            ["reason"] = reason,
            ["message"] = message.Length > 1000 ? message[..1000] : message,
            ["source"] = new JsonObject { ["component"] = "embark-controller", ["host"] = options.Identity.Split('_')[0] },
            ["reportingComponent"] = "embark-controller",
            ["reportingInstance"] = options.Identity,
            ["firstTimestamp"] = stamp,
            ["lastTimestamp"] = stamp,
            ["count"] = 1,
        };
        try
        {
            await client.CreateAsync(Kind, about.Name.Namespace, value, cancellationToken);
        }
        catch (KubernetesException no)
        {
            Log.NoEvent(log, reason, no.Message);
        }
    }
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class EventJson : JsonSerializerContext;

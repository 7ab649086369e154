using System.Text;
using System.Text.Json;
using Embark.Sandbox.ApiServer.Access;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Paths that are no objects: discovery, OpenAPI, health, keys, and the sandbox's own switches.</summary>
internal sealed class PathEndpoint(
    Discovery discovery, OpenApi openApi, ServiceAccountTokens tokens, FaultSwitch faults, Action compact, Func<Uri> address)
{
    public Task HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        if (request.RawPath.StartsWith("/sandbox/", StringComparison.Ordinal))
            return SandboxAsync(request, cancellationToken);
        if (request.Verb is not ("get" or "head"))
            throw Statuses.MethodNotAllowed();
        var parts = request.RawPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["api"] or ["apis"] && Accepting.WantsAggregatedDiscovery(http.Request.Headers.Accept.ToString()))
            return Answers.SendAsync(http, 200, JsonText.Write(discovery.Aggregated(parts[0] == "api")), Discovery.AggregatedType, cancellationToken);
        if (parts is ["healthz" or "livez" or "readyz", ..])
            return Answers.SendAsync(http, 200, "ok"u8.ToArray(), "text/plain; charset=utf-8", cancellationToken);
        var answer = parts switch
        {
            ["version"] => Discovery.Version(),
            ["api"] => Discovery.CoreVersions(address()),
            ["apis"] => discovery.Groups(),
            ["api", var version] => discovery.Resources("", version),
            ["apis", var group] => discovery.Group(group),
            ["apis", var group, var version] => discovery.Resources(group, version),
            ["openapi", "v2"] => openApi.Version2(),
            ["openapi", "v3"] => openApi.Index(),
            ["openapi", "v3", "api", var version] => openApi.Document("", version),
            ["openapi", "v3", "apis", var group, var version] => openApi.Document(group, version),
            ["openid", "v1", "jwks"] => tokens.KeySet(),
            [".well-known", "openid-configuration"] => ServiceAccountTokens.Discovery(address()),
            _ => null,
        };
        return Answers.SendAsync(http, 200, answer ?? throw Statuses.PathNotFound(), cancellationToken);
    }

    private async Task SandboxAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        switch (request.RawPath, request.Verb)
        {
            case ("/sandbox/faults", "get"):
                break;
            case ("/sandbox/faults", "put" or "post"):
                var wanted = await ReadFaultsAsync(request, cancellationToken);
                if (request.Verb == "put")
                    faults.Clear();
                faults.Add(wanted);
                break;
            case ("/sandbox/faults", "delete"):
                faults.Clear();
                break;
            case ("/sandbox/compact", "post"):
                compact();
                break;
            default:
                throw Statuses.PathNotFound();
        }
        var json = JsonSerializer.Serialize([.. faults.Pending], FaultJson.Default.ListFault);
        await Answers.SendAsync(http, 200, Encoding.UTF8.GetBytes(json), "application/json", cancellationToken);
    }

    private static async Task<List<Fault>> ReadFaultsAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Http.Request.Body, FaultJson.Default.ListFault, cancellationToken) ?? [];
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            throw Statuses.BadRequest($"a list of faults was expected, such as [{{\"fault\": \"answer\", \"verb\": \"list\", \"times\": 2, \"status\": 503}}]: {wrong.Message}");
        }
    }
}

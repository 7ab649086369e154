using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>POST serviceaccounts/NAME/token. Limits: k8s.io/kubernetes pkg/apis/authentication/validation.</summary>
internal sealed class TokenRequests(ObjectStore store, ServiceAccountTokens tokens, FaultSwitch faults, TimeProvider clock)
{
    private const long Shortest = 600;
    private const long Longest = 1L << 32;

    public JsonObject Answer(string @namespace, string name, JsonObject request, string path)
    {
        var account = store.Find(BuiltInResources.ServiceAccounts, @namespace, name) ?? throw Statuses.NotFound(BuiltInResources.ServiceAccounts, name);
        var seconds = request.Number("spec", "expirationSeconds") ?? 3600;
        string[] audiences = [.. request.Texts("spec", "audiences")];
        if (audiences.Length == 0)
            audiences = [ServiceAccountTokens.Issuer];
        Check(request, seconds);
        var (token, expires) = Sign(account, audiences, seconds, Bound(@namespace, request), path);

        var spec = request["spec"]?.DeepClone().AsObject() ?? [];
        spec["audiences"] = JsonText.ArrayOf(audiences);
        spec["expirationSeconds"] = seconds;
        spec.Default("boundObjectRef", null);
        return new()
        {
            ["kind"] = "TokenRequest",
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = @namespace,
                ["creationTimestamp"] = Time(clock.GetUtcNow()),
            },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = Time(expires) },
        };
    }

    private static void Check(JsonObject request, long seconds)
    {
        if (seconds is >= Shortest and <= Longest)
            return;
        var detail = seconds < Shortest ? "may not specify a duration less than 10 minutes" : "may not specify a duration larger than 2^32 seconds";
        throw Statuses.Invalid("authentication.k8s.io", "TokenRequest", "", [FieldError.Invalid("spec.expirationSeconds", request.At("spec", "expirationSeconds"), detail)]);
    }

    private JsonObject? Bound(string @namespace, JsonObject request)
    {
        if (request.Object("spec", "boundObjectRef") is not { } reference)
            return null;
        var resource = reference.Text("kind") switch
        {
            "Pod" => BuiltInResources.Pods,
            "Secret" => BuiltInResources.Secrets,
            var other => throw Statuses.BadRequest($"cannot bind token for serviceaccount to object of type {other}"),
        };
        var found = store.Find(resource, @namespace, reference.Text("name") ?? "") ?? throw Statuses.NotFound(resource, reference.Text("name") ?? "");
        if (reference.Text("uid") is { Length: > 0 } uid && uid != found.Uid)
            throw Statuses.Conflict(resource, found.Name, $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated");
        return new() { ["kind"] = reference.Text("kind"), ["name"] = found.Name, ["uid"] = found.Uid };
    }

    private (string Token, DateTimeOffset Expires) Sign(
        StoredObject account, IReadOnlyList<string> audiences, long seconds, JsonObject? bound, string path)
    {
        var now = clock.GetUtcNow();
        var lifetime = TimeSpan.FromSeconds(seconds);
        return faults.Take<Fault.BadToken>("create", path)?.Flaw switch
        {
            TokenFlaw.Empty => ("", now + lifetime),
            TokenFlaw.NotAJwt => ("not-a-token", now + lifetime),
            TokenFlaw.WrongAudience => (tokens.Issue(account.Value, ["somebody-else"], lifetime, bound), now + lifetime),
            TokenFlaw.Shorter => (tokens.Issue(account.Value, audiences, lifetime / 2, bound), now + (lifetime / 2)),
            TokenFlaw.Expired => (tokens.Issue(account.Value, audiences, -lifetime, bound), now - lifetime),
            TokenFlaw.WrongSubject => (
                tokens.Issue(account.Value, audiences, lifetime, bound, claims => claims["sub"] = "system:serviceaccount:default:default"), now + lifetime),
            _ => (tokens.Issue(account.Value, audiences, lifetime, bound), now + lifetime),
        };
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

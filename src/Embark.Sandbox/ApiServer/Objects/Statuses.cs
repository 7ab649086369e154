using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Objects;

/// <summary>The refusals of an API server. Wording: k8s.io/apimachinery pkg/api/errors.</summary>
internal static class Statuses
{
    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException PathNotFound() => new(404, "NotFound", "the server could not find the requested resource", new JsonObject());

    public static StatusException NotFound(GroupResource resource, string name) =>
        new(404, "NotFound", $"{resource} \"{name}\" not found", Details(resource, name));

    public static StatusException AlreadyExists(GroupResource resource, string name) =>
        new(409, "AlreadyExists", $"{resource} \"{name}\" already exists", Details(resource, name));

    public static StatusException Conflict(GroupResource resource, string name, string message) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": {message}", Details(resource, name));

    public static StatusException Stale(GroupResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Forbidden(GroupResource resource, string name, string message) => new(
        403, "Forbidden", name.Length == 0 ? $"{resource} is forbidden: {message}" : $"{resource} \"{name}\" is forbidden: {message}", Details(resource, name));

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new JsonObject());

    public static StatusException NotAcceptable(IEnumerable<string> offered) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {string.Join(", ", offered)}");

    public static StatusException UnsupportedMediaType(IEnumerable<string> offered) => new(
        415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", offered)}");

    /// <summary>Nobody answers behind a Service.</summary>
    public static StatusException Unreachable(string message) => new(503, "ServiceUnavailable", $"error trying to reach service: {message}");

    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException VersionTooLarge(long asked, long current) => new(
        504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}",
        new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        });

    public static StatusException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var text = errors.Count == 1 ? errors[0].ToString() : $"[{string.Join(", ", errors)}]";
        var subject = group.Length == 0 ? kind : $"{kind}.{group}";
        return new(422, "Invalid", $"{subject} \"{name}\" is invalid: {text}", new JsonObject
        {
            ["name"] = name,
            ["group"] = group,
            ["kind"] = kind,
            ["causes"] = JsonText.ArrayOf(errors.Select(error => (JsonNode?)error.ToCause())),
        });
    }

    private static JsonObject Details(GroupResource resource, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
            details["name"] = name;
        if (resource.Group.Length > 0)
            details["group"] = resource.Group;
        details["kind"] = resource.Plural;
        return details;
    }
}

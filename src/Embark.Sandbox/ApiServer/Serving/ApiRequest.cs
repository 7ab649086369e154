using System.Globalization;
using Embark.Sandbox.ApiServer.Access;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Operations;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>One request as the API server sees it.</summary>
internal sealed class ApiRequest(HttpContext http)
{
    public HttpContext Http => http;

    public RequestPath? Path { get; } = RequestPath.Parse(Uri.UnescapeDataString(http.Request.Path.Value ?? "/"));

    public string RawPath => http.Request.Path.Value ?? "/";

    public UserInfo User { get; set; } = new("", []);

    public bool IsWatch => Path is { Name.Length: 0 } && HttpMethods.IsGet(http.Request.Method) && Switch("watch");

    /// <summary>The Kubernetes verb; for paths that are no resources the lower-case method.</summary>
    public string Verb => http.Request.Method switch
    {
        var method when Path is null => method.ToLowerInvariant(),
        "GET" or "HEAD" when Path!.Name.Length > 0 => "get",
        "GET" or "HEAD" => IsWatch ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => Path!.Name.Length > 0 ? "delete" : "deletecollection",
        var method => method.ToLowerInvariant(),
    };

    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    public bool Switch(string name) => Query(name) is "true" or "1";

    public long? Number(string name) => Query(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw Statuses.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax"),
    };

    public WriteOptions WriteOptions(string subresource = "") => new()
    {
        DryRun = Query("dryRun") switch
        {
            null => false,
            "All" => true,
            var other => throw Statuses.Invalid("meta.k8s.io", "CreateOptions", "", [FieldError.NotSupported("dryRun", other, ["All"])]),
        },
        FieldManager = Query("fieldManager") ?? http.Request.Headers.UserAgent.ToString().Split('/')[0] switch { "" => "unknown", var agent => agent },
        FieldValidation = Query("fieldValidation") switch
        {
            "Strict" => FieldValidation.Strict,
            "Ignore" => FieldValidation.Ignore,
            _ => FieldValidation.Warn,
        },
        Force = Switch("force"),
        Subresource = subresource,
    };
}

using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public static Task SendAsync(HttpContext http, int status, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(http, status, JsonText.Write(body), "application/json", cancellationToken);

    public static async Task SendAsync(HttpContext http, int status, byte[] body, string contentType, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body, cancellationToken);
    }

    public static Task SendAsync(HttpContext http, StatusException refusal, CancellationToken cancellationToken)
    {
        if (refusal.Code == 401)
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"embark-sandbox\"";
        return SendAsync(http, refusal.Code, refusal.ToStatus(), cancellationToken);
    }

    /// <summary>Warnings as kubectl prints them. RFC 7234 section 5.5.</summary>
    public static void Warn(HttpContext http, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings.Distinct())
            http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
    }
}

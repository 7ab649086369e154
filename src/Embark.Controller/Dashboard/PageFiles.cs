using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Embark.Controller.Dashboard;

/// <summary>The files of the page, which are inside the program: its own, and the libraries that were built in.</summary>
internal static class PageFiles
{
    // All that the page needs comes from here: nothing else is loaded, and nobody may frame it.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Prefix = "dashboard/";

    // Another build is another page; within one it need not be sent twice.
    private static readonly string s_version = $"\"{typeof(PageFiles).Assembly.ManifestModule.ModuleVersionId:n}\"";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (RequestDelegate)(context => SendAsync(context, "index.html")));
        foreach (var name in typeof(PageFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
            routes.MapGet($"/{name[Prefix.Length..]}", (RequestDelegate)(context => SendAsync(context, name[Prefix.Length..])));
    }

    private static async Task SendAsync(HttpContext context, string file)
    {
        var headers = context.Response.Headers;
        (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers["Referrer-Policy"]) = (Policy, "nosniff", "no-referrer");
        (headers.CacheControl, headers.ETag) = ("no-cache", s_version);
        if (context.Request.Headers.IfNoneMatch == s_version)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = Path.GetExtension(file) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        await using var content = typeof(PageFiles).Assembly.GetManifestResourceStream(Prefix + file)!;
        context.Response.ContentLength = content.Length;
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}

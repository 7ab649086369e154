using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Embark.Sandbox.Apps;

/// <summary>Bookinfo's ratings service, version 1: the same two reviewers give the same stars to every product.</summary>
internal static class RatingsApp
{
    public static async Task<int> RunAsync(System.Net.IPEndPoint listen, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(listen));
        builder.Services.Configure<KestrelServerOptions>(server => server.AddServerHeader = false);
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(cancellationToken);
        Console.WriteLine($"ratings listening on {listen}");
        await cancellationToken.WhenCancelled();
        await app.StopAsync(CancellationToken.None);
        return 0;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var (status, body) = Answer(context.Request.Method, context.Request.Path.Value ?? "");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    internal static (int Status, string Body) Answer(string method, string path) => (method, path.Trim('/').Split('/')) switch
    {
        ("GET", ["health"]) => (200, """{"status":"Ratings is healthy"}"""),
        ("GET", ["ratings", var id]) when int.TryParse(id, null, out var product) => (200, $"{{\"id\":{product},\"ratings\":{{\"Reviewer1\":5,\"Reviewer2\":4}}}}"),
        ("GET", ["ratings", _]) => (400, """{"error":"please provide numeric product ID"}"""),
        _ => (404, """{"error":"not found"}"""),
    };
}

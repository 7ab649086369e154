using System.Collections.Concurrent;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>
/// <c>services/NAME:PORT/proxy/PATH</c>, for reading. Nothing of the cluster can be reached from here; only programs beside the sandbox that
/// stand for a Service are.
/// </summary>
internal sealed class ServiceProxy : IDisposable
{
    private readonly ConcurrentDictionary<(string Namespace, string Name), Uri> _programs = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    /// <summary>A program stands for the Service <c>NAME:PORT</c>.</summary>
    public void Stand(string @namespace, string name, Uri program) => _programs[(@namespace, name)] = program;

    public static bool IsFor(RequestPath path) => path is { Group: "", Resource: "services" } && (path.Subresource == "proxy" || path.Subresource.StartsWith("proxy/", StringComparison.Ordinal));

    public async Task HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var path = request.Path!;
        if (request.Verb != "get")
            throw Statuses.MethodNotAllowed();
        if (!_programs.TryGetValue((path.Namespace, path.Name), out var program))
            throw Statuses.NotFound(new GroupResource("", "services"), path.Name.Split(':')[0]);
        var raw = request.Http.Request.Path.ToUriComponent();
        var below = raw[(raw.IndexOf("/proxy", StringComparison.Ordinal) + "/proxy".Length)..].TrimStart('/');
        // Put together by its parts: a path such as http://elsewhere/ must stay a path.
        var page = new UriBuilder(program) { Path = below, Query = request.Http.Request.QueryString.Value }.Uri;
        using var answer = await AskAsync(page, cancellationToken);
        request.Http.Response.StatusCode = (int)answer.StatusCode;
        request.Http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(request.Http.Response.Body, cancellationToken);
    }

    private async Task<HttpResponseMessage> AskAsync(Uri page, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetAsync(page, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException nobody)
        {
            throw Statuses.Unreachable(nobody.Message);
        }
    }

    public void Dispose() => _http.Dispose();
}

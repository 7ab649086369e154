using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>Plain HTTP against the API server, for what kubectl does not show.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Server server, string? token)
    {
        var authority = X509Certificate2.CreateFromPem(server.AuthorityPem);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        _http = new(handler) { BaseAddress = server.Address };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    /// <summary>Somebody who may do anything.</summary>
    public static ApiClient Master(Server server) => new(server, server.TokenFor("admin"));

    public HttpClient Http => _http;

    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken, HttpStatusCode expected = HttpStatusCode.OK, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await SendAsync(request, expected, cancellationToken);
    }

    public Task<JsonObject> SendAsync(
        HttpMethod method, string path, string? body, CancellationToken cancellationToken, HttpStatusCode expected = HttpStatusCode.OK, string type = "application/json")
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        return SendAsync(request, expected, cancellationToken);
    }

    public async Task<StreamReader> WatchAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new(await answer.Content.ReadAsStreamAsync(cancellationToken));
    }

    public static async Task<JsonObject> NextAsync(StreamReader events, CancellationToken cancellationToken) =>
        JsonNode.Parse(await events.ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException())!.AsObject();

    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> SendAsync(HttpRequestMessage request, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var answer = await _http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(answer.StatusCode == expected, $"{request.Method} {request.RequestUri}: {(int)answer.StatusCode} instead of {(int)expected}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }
}

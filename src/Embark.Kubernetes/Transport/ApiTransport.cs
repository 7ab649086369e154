using System.Net;
using System.Net.Http.Headers;
using Embark.Kubernetes.Credentials;

namespace Embark.Kubernetes.Transport;

/// <summary>Sends requests: credentials, retries (decision 14), deadline, and failures in words.</summary>
internal sealed class ApiTransport : IDisposable
{
    private readonly KubernetesConnection _connection;
    private readonly KubernetesClientOptions _options;
    private readonly ICredentialSource _credentials;
    private readonly ServerTrust _trust;
    private readonly Wiring _wiring;
    private readonly Failures _failures;
    private readonly string _base;

    public ApiTransport(KubernetesConnection connection, KubernetesClientOptions options)
    {
        _connection = connection;
        _options = options;
        if (options.OwnTrustOnly && connection.CertificateAuthority is not null)
            SystemTrust.LeaveUnread();
        _trust = new ServerTrust(connection);
        _credentials = CredentialSource.For(connection, options);
        _wiring = new Wiring(connection, _trust);
        _failures = new Failures(connection, _trust);
        _base = connection.Server.AbsoluteUri.TrimEnd('/');
    }

    public Failures Failures => _failures;

    public ServerClock Clock { get; } = new();

    /// <summary>The whole answer, of whatever status, after retries. Fails only when there is none.</summary>
    public async Task<ApiAnswer> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var credential = await _credentials.GetAsync(cancellationToken);
        var answer = await WithRetriesAsync(request, credential, cancellationToken);
        if (answer.StatusCode != 401 || !await _credentials.RefreshAsync(credential, cancellationToken))
            return answer;
        return await WithRetriesAsync(request, await _credentials.GetAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Sends once and gives the answer as soon as its head is there: for watches, which retry in their own way.</summary>
    public async Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var credential = await _credentials.GetAsync(cancellationToken);
        var response = await HeadAsync(request, credential, HttpVersion.Version11, cancellationToken);
        if ((int)response.StatusCode != 401 || !await _credentials.RefreshAsync(credential, cancellationToken))
            return response;
        response.Dispose();
        return await HeadAsync(request, await _credentials.GetAsync(cancellationToken), HttpVersion.Version11, cancellationToken);
    }

    /// <summary>Reads the rest of an answer whose head is there.</summary>
    public async Task<ApiAnswer> ReadAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await AnswerBody.ReadAsync(response.Content, _options.MaxAnswerBytes, cancellationToken)
                ?? throw _failures.NotAnApi(request, $"it is larger than {_options.MaxAnswerBytes} bytes");
            return new ApiAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, RetryAfter(response), body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw _failures.NotAnApi(request, "its body ends early or is damaged", e);
        }
    }

    public void Dispose()
    {
        _wiring.Dispose();
        (_credentials as IDisposable)?.Dispose();
    }

    private async Task<ApiAnswer> WithRetriesAsync(ApiRequest request, Credential credential, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Deadline, _options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var pauses = new RetryPause(_options);
        KubernetesException? last = null;
        try
        {
            while (true)
            {
                TimeSpan? pause;
                try
                {
                    using var response = await HeadAsync(request, credential, HttpVersion.Version20, stop.Token);
                    var answer = await ReadAsync(request, response, stop.Token);
                    if (!MayRetry(request, answer) || (pause = pauses.Next(answer.RetryAfter)) is null)
                        return answer;
                    last = _failures.Of(request, answer);
                }
                catch (KubernetesException e) when (e.Transient && request.Repeatable)
                {
                    last = e;
                    if ((pause = pauses.Next(null)) is null)
                        throw;
                }

                await Task.Delay(pause.Value, _options.Time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw _failures.TooSlow(request, _options.Deadline, last);
        }
    }

    private async Task<HttpResponseMessage> HeadAsync(ApiRequest request, Credential credential, Version version, CancellationToken cancellationToken)
    {
        using var message = Message(request, credential);
        (message.Version, message.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionOrLower);
        var sent = _options.Time.GetUtcNow();
        try
        {
            var response = await _wiring.For(credential.Certificate).SendAsync(message, cancellationToken);
            var received = _options.Time.GetUtcNow();
            Clock.Note(sent, received, response.Headers.Date);
            _options.Trace?.Invoke($"{request.Method} {request.Path}: {(int)response.StatusCode} after {(received - sent).TotalMilliseconds:0} ms");
            return response;
        }
        catch (HttpRequestException e)
        {
            throw _failures.NoConnection(request, e, credential.Certificate);
        }
    }

    private HttpRequestMessage Message(ApiRequest request, Credential credential)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_base + request.Path));
        // The handler takes the name for TLS from the Host header.
        if (_connection.TlsServerName is { } name)
            message.Headers.Host = _connection.Server.IsDefaultPort ? name : $"{name}:{_connection.Server.Port}";
        message.Headers.Authorization = credential.Authorization();
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        foreach (var (header, value) in _connection.User.Impersonate)
            message.Headers.TryAddWithoutValidation(header, value);
        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

    private static bool MayRetry(ApiRequest request, ApiAnswer answer) =>
        answer.StatusCode is 429 or >= 500 && (request.Repeatable || answer.RetryAfter is not null);

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - _options.Time.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}

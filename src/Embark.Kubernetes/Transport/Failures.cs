using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Embark.Kubernetes.Transport;

/// <summary>Says what failed, where, and the next thing to do.</summary>
internal sealed class Failures(KubernetesConnection connection, ServerTrust trust)
{
    /// <summary>The failure that an answer is; the caller has seen that it is no success.</summary>
    public KubernetesException Of(ApiRequest request, ApiAnswer answer)
    {
        var said = answer.Failure?.Message ?? Excerpt(answer);
        return answer.StatusCode switch
        {
            401 => New(KubernetesFailure.Credentials, $"{connection.User.Source} is not accepted (401: {said})", "log in to the cluster again, or choose another context with --context"),
            403 => New(KubernetesFailure.Forbidden, said, RoleSnippet.For(request.Action)),
            404 when answer.IsNotServed => NotServed(request),
            404 when answer.Failure is not null => New(KubernetesFailure.NotFound, said, null),
            409 => New(KubernetesFailure.Conflict, said, "read the object again, and repeat"),
            400 or 422 => New(KubernetesFailure.Invalid, Detail(said, answer), null),
            429 => New(KubernetesFailure.Unavailable, $"the server is overloaded (429{Wait(answer)}: {said})", "try again later"),
            >= 500 => New(KubernetesFailure.Unavailable, $"the server failed ({answer.StatusCode}{Wait(answer)}: {said})", "try again later; the server's own log says more"),
            < 400 => NotAnApi(request, $"it has status {answer.StatusCode}"),
            _ when answer.Failure is null => NotAnApi(request, $"it has status {answer.StatusCode} and {said}"),
            _ => New(KubernetesFailure.Other, $"{answer.StatusCode}: {said}", null),
        };

        KubernetesException New(KubernetesFailure failure, string why, string? fix) => new(failure, Where(request, why), fix)
        {
            StatusCode = answer.StatusCode,
            Reason = answer.Failure?.Reason,
        };
    }

    /// <summary>Something answered that is no Kubernetes API.</summary>
    public KubernetesException NotAnApi(ApiRequest request, string why, Exception? cause = null) => new(
        KubernetesFailure.Unavailable, Where(request, $"this is not a Kubernetes API answer: {why}"),
        $"check the server address in {connection.Source}; a proxy or a login page may stand in between", cause)
    {
        Transient = cause is not null and not System.Text.Json.JsonException,
    };

    /// <summary>The answer is JSON, but not of the shape that this kind has.</summary>
    public KubernetesException Unreadable(ApiRequest request, System.Text.Json.JsonException cause) => new(
        KubernetesFailure.Other, Where(request, $"the object cannot be read: {cause.Path ?? "$"}: {cause.Message}"), null, cause);

    public KubernetesException TooSlow(ApiRequest request, TimeSpan deadline, KubernetesException? last) => new(
        KubernetesFailure.Unavailable,
        Where(request, $"no answer within {deadline.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s{(last is null ? "" : $"; before that: {last.Message}")}"),
        "check that the server is up and can be reached from here");

    public KubernetesException NoConnection(ApiRequest request, HttpRequestException e, X509Certificate2? certificate)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException when trust.Refusal is { } refusal:
                    return new KubernetesException(KubernetesFailure.Credentials, Where(request, refusal),
                        $"get a current kubeconfig for this cluster ({connection.Source}), or mend its certificate-authority-data", e);
                case AuthenticationException or System.ComponentModel.Win32Exception or IOException
                    when cause is not SocketException && certificate is not null && AboutCertificate(cause.Message):
                    return new KubernetesException(KubernetesFailure.Credentials, Where(request, $"the server refused the client certificate of {connection.User.Source} ({certificate.Subject}): {cause.Message}"),
                        "ask for a new client certificate, or choose another context with --context", e);
                case SocketException socket:
                    return Unreachable(Socket(socket));
                case AuthenticationException:
                    return Unreachable($"no TLS there ({cause.Message})");
            }
        }

        return Unreachable(e.HttpRequestError == HttpRequestError.ProxyTunnelError ? $"the proxy refused: {e.Message}" : (e.InnerException ?? e).Message);

        KubernetesException Unreachable(string why) => new(
            KubernetesFailure.Unavailable, Where(request, why), $"check that {connection.Server.GetLeftPart(UriPartial.Authority)} is up and can be reached from here", e)
        {
            Transient = true,
        };
    }

    private static bool AboutCertificate(string message) =>
        message.Contains("alert", StringComparison.OrdinalIgnoreCase) && message.Contains("certificate", StringComparison.OrdinalIgnoreCase);

    private static string Socket(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "the host name is not known",
        SocketError.TimedOut => "the connection timed out",
        SocketError.ConnectionReset => "the connection was cut",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no route to the host",
        _ => e.Message,
    };

    private KubernetesException NotServed(ApiRequest request)
    {
        var kind = request.Action.Group.Length == 0 ? request.Action.Resource : $"{request.Action.Resource}.{request.Action.Group}";
        return new KubernetesException(KubernetesFailure.NotFound, Where(request, $"the server has no {kind} in this version"), "check that its CustomResourceDefinition is installed")
        {
            StatusCode = 404,
            Reason = "KindNotServed",
        };
    }

    private string Where(ApiRequest request, string why) => $"cannot {request.Action} at {connection.Server.GetLeftPart(UriPartial.Path).TrimEnd('/')}: {why}";

    private static string Detail(string said, ApiAnswer answer)
    {
        var causes = answer.Failure?.Details?.Causes ?? [];
        return causes.Count < 2 ? said : $"{said} ({string.Join("; ", causes.Select(cause => $"{cause.Field}: {cause.Message}"))})";
    }

    private static string Wait(ApiAnswer answer) => answer.RetryAfter is { } wait ? $", asks to wait {wait.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s" : "";

    /// <summary>Enough of a foreign answer to know it by; control characters are hostile to terminals.</summary>
    public static string Excerpt(ApiAnswer answer)
    {
        if (answer.Body.IsEmpty)
            return "an empty body";
        var start = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, 80)]);
        return $"{answer.ContentType ?? "a body of no type"} \"{string.Concat(start.Select(c => char.IsControl(c) ? ' ' : c)).Trim()}\"";
    }
}

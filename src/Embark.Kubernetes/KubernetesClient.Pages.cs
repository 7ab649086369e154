using System.Globalization;
using System.Runtime.CompilerServices;
using Embark.Kubernetes.Transport;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes;

public sealed partial class KubernetesClient
{
    /// <summary>
    /// Pages until there are no more. An expired page (410) begins a whole list anew, without a limit as client-go does, so that
    /// it cannot expire again; what comes twice then is the reader's to leave out.
    /// </summary>
    private async IAsyncEnumerable<ListPage<T>> PagesAsync<T>(
        ResourceKind<T> kind, string? @namespace, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var size = options.PageSize;
        string? next = null;
        do
        {
            var request = ListRequest(kind, @namespace, options, size, next);
            var answer = await _transport.SendAsync(request, cancellationToken);
            var anew = answer.StatusCode == 410 && next is not null;
            if (anew)
            {
                (size, next) = (0, null);
                answer = await _transport.SendAsync(request = ListRequest(kind, @namespace, options, size, next), cancellationToken);
            }

            var page = Read(request, answer, body => ListPage<T>.Read(body, kind));
            if (page.Continue is not null && page.Continue == next)
                throw _transport.Failures.NotAnApi(request, "its continue token leads to itself");
            next = page.Continue;
            yield return anew ? page with { Anew = true } : page;
        }
        while (next is not null);
    }

    private static ApiRequest ListRequest<T>(ResourceKind<T> kind, string? @namespace, ListOptions options, int size, string? next)
        where T : class => ObjectPath.All(HttpMethod.Get, "list", kind, @namespace, ObjectPath.Query(
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector),
            ("limit", size > 0 ? size.ToString(CultureInfo.InvariantCulture) : null),
            ("continue", next)));
}

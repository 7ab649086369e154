using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Apps;

/// <summary>Bookinfo's details service: what is printed in a book.</summary>
internal static class DetailsApp
{
    public static Task AnswerAsync(HttpContext context) => context.Request.Path.Value?.Trim('/').Split('/') switch
    {
        ["health"] => JsonAnswer.WriteAsync(context, 200, """{"status":"Details is healthy"}"""),
        ["details", var id] when int.TryParse(id, null, out var product) => JsonAnswer.WriteAsync(context, 200,
            $$"""{"id":{{product}},"author":"William Shakespeare","year":1595,"type":"paperback","pages":200,"publisher":"PublisherA","language":"English"}"""),
        _ => JsonAnswer.WriteAsync(context, 404, """{"error":"not found"}"""),
    };
}

"""Creates a user pool with two app clients in MiniStack, and prints their names for a shell.

Usage: set_up.py ENDPOINT
"""

import shlex
import sys

from botocore.exceptions import ClientError
from botocore.session import get_session

REGION = "eu-west-1"


class UserPool:
    def __init__(self, endpoint: str):
        # MiniStack accepts any credentials.
        self.api = get_session().create_client(
            "cognito-idp",
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.id = self.api.create_user_pool(PoolName="test")["UserPool"]["Id"]

    def create_resource_server(self, identifier: str, *names: str) -> None:
        scopes = [{"ScopeName": name, "ScopeDescription": name} for name in names]
        self.api.create_resource_server(
            UserPoolId=self.id, Identifier=identifier, Name=identifier, Scopes=scopes
        )

    def create_client(self, *scopes: str) -> dict:
        client = self.api.create_user_pool_client(
            UserPoolId=self.id,
            ClientName="test",
            GenerateSecret=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=list(scopes),
        )
        return client["UserPoolClient"]

    def create_client_with_special_secret(self, *scopes: str) -> dict:
        """Returns a client whose secret has characters that form-encoding changes."""
        for _ in range(1000):
            client = self.create_client(*scopes)
            if "+" in client["ClientSecret"] and "/" in client["ClientSecret"]:
                return client
        sys.exit("no generated secret contains both + and /")

    def error_of(self, operation: str, **arguments: str) -> str:
        """Returns the error code of an operation, or an empty text if it succeeds."""
        try:
            getattr(self.api, operation)(**arguments)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""


def main() -> None:
    pool = UserPool(sys.argv[1])
    pool.create_resource_server("widgets", "read", "write", "admin")
    pool.create_resource_server("https://api.example.com", "read")
    reader = pool.create_client_with_special_secret(
        "widgets/read", "widgets/write", "https://api.example.com/read"
    )
    other = pool.create_client("https://api.example.com/read")
    without_scopes = pool.create_client()
    client = {"ClientId": reader["ClientId"]}
    variables = {
        "USER_POOL_ID": pool.id,
        "ISSUER": f"https://cognito-idp.{REGION}.amazonaws.com/{pool.id}",
        "READER_ID": reader["ClientId"],
        "READER_SECRET": reader["ClientSecret"],
        "OTHER_ID": other["ClientId"],
        "OTHER_SECRET": other["ClientSecret"],
        "WITHOUT_SCOPES_ID": without_scopes["ClientId"],
        "WITHOUT_SCOPES_SECRET": without_scopes["ClientSecret"],
        "GET_CLIENT_TOKEN_ERROR": pool.error_of(
            "get_client_token", **client, Secret=reader["ClientSecret"]
        ),
        "ADD_SECRET_ERROR": pool.error_of(
            "add_user_pool_client_secret", **client, UserPoolId=pool.id
        ),
    }
    for name, value in variables.items():
        print(f"{name}={shlex.quote(value)}")


main()

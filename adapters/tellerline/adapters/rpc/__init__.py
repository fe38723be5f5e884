"""What every gRPC server of the house says in the same words."""
